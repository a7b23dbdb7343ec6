"""The attempts of tasks in histories, as Step Functions writes them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sfnorch.runs.task_attempts import TaskAttempt, list_until_redrive, read_task_history
from tests.functional.test_record import CASES
from tests.replay import recorded
from tests.unit.runs.events import AT, History

LAMBDA = {"resourceType": "lambda", "resource": "invoke"}


def test_a_retry_and_another_state():
    history = History()
    history.begin()
    history.enter()
    history.start("a")
    history.start("a", "jr_1")
    history.end("FAILED", "jr_1", "no space")
    history.start("a", "jr_2")
    history.end("SUCCEEDED", "jr_2")
    found = read_task_history(history.events)
    shown = [(each.status, each.is_refused, each.error, each.seconds) for each in found.attempts]
    assert shown == [
        ("FAILED", True, "Glue.X", 2.0),
        ("FAILED", False, "States.TaskFailed", 3.0),
        ("SUCCEEDED", False, "", 3.0),
    ]
    second = found.attempts[1]
    assert second == TaskAttempt(
        state="x",
        visit=2,
        items=(),
        call="glue:startJobRun.sync",
        parameters={"JobName": "a"},
        scheduled=AT + timedelta(seconds=6),
        submitted=AT + timedelta(seconds=8),
        ended=AT + timedelta(seconds=9),
        status="FAILED",
        answer={"JobName": "a", "JobRunId": "jr_1"},
        error="States.TaskFailed",
        cause=json.dumps({"Id": "jr_1", "JobRunState": "FAILED", "ErrorMessage": "no space"}),
    )
    assert found.failed_at == ""


@pytest.mark.parametrize(
    ("kinds", "call", "parameters"),
    [
        ("LambdaFunction", "lambda:invoke", {"FunctionName": "arn:f", "Payload": {"x": 1}}),
        ("Activity", "activity", {"x": 1}),
    ],
)
@pytest.mark.parametrize(
    ("end", "status", "error"),
    [
        ("Succeeded", "SUCCEEDED", ""),
        ("Failed", "FAILED", "E"),
        ("TimedOut", "TIMED_OUT", "E"),
        ("ScheduleFailed", "FAILED", "E"),
    ],
)
def test_functions_and_activities_as_resources(
    kinds: str, call: str, parameters: Any, end: str, status: str, error: str
):
    history = History()
    history.begin()
    history.enter()
    key = kinds[0].lower() + kinds[1:]
    history.add(f"{kinds}Scheduled", key=f"{key}Scheduled", resource="arn:f", input='{"x": 1}')
    given = {"output": '"done"'} if end == "Succeeded" else {"error": "E", "cause": "why"}
    history.add(f"{kinds}{end}", key=f"{key}{end}", **given)
    (attempt,) = read_task_history(history.events).attempts
    assert (attempt.call, attempt.parameters) == (call, parameters)
    assert (attempt.status, attempt.error) == (status, error)
    assert attempt.is_refused == (end == "ScheduleFailed")
    assert attempt.result == ("done" if end == "Succeeded" else None)


def test_a_timeout_without_an_error_and_a_task_that_was_stopped():
    history = History()
    history.begin()
    history.enter()
    history.start("a", "jr_1")
    history.add("TaskTimedOut", key="taskTimedOut")
    history.enter()
    history.start("b", "jr_2")
    history.finish("ABORTED")
    found = read_task_history(history.events)
    assert [(each.status, each.error, each.ended is None) for each in found.attempts] == [
        ("TIMED_OUT", "States.Timeout", False),
        ("", "", True),
    ]
    assert found.failed_at == "x"


def test_the_items_of_maps_in_maps():
    history = History()
    history.begin()
    history.add("MapStateEntered", key="stateEntered", name="outer")
    started = history.add("MapStateStarted", key="mapStateStarted", length=2)
    history.add("MapIterationStarted", started, key="mapIterationStarted", name="outer", index=1)
    history.add("MapStateEntered", key="stateEntered", name="inner")
    inner = history.add("MapStateStarted", key="mapStateStarted", length=1)
    history.add("MapIterationStarted", inner, key="mapIterationStarted", name="inner", index=0)
    history.enter()
    history.start("a", "jr_1")
    last = history.end("SUCCEEDED", "jr_1")
    history.add("MapStateExited", last, key="stateExited", name="inner")
    history.enter()
    history.start("b", "jr_2")
    history.end("SUCCEEDED", "jr_2")
    history.add("MapStateExited", key="stateExited", name="outer")
    history.enter()
    history.start("c", "jr_3")
    found = read_task_history(history.events).attempts
    assert [each.items for each in found] == [(("inner", 0), ("outer", 1)), (("outer", 1),), ()]


def test_the_map_runs_and_the_first_state_that_failed():
    history = History()
    history.begin()
    history.add("MapStateEntered", key="stateEntered", name="each")
    history.add("MapStateStarted", key="mapStateStarted", length=0)
    history.add("MapRunStarted", key="mapRunStarted", mapRunArn="arn:map")
    history.add("MapRunFailed", key="mapRunFailed", error="States.ExceedToleratedFailureThreshold")
    history.add("FailStateEntered", key="stateEntered", name="GiveUp")
    found = read_task_history(history.events)
    assert (found.map_runs, found.failed_at) == ((("each", "arn:map"),), "each")


def test_what_happened_before_a_redrive():
    history = History()
    history.begin()
    history.finish("FAILED", "E")
    history.add("ExecutionRedriven", key="executionRedriven", redriveCount=1)
    history.finish("SUCCEEDED")
    assert [event["type"] for event in list_until_redrive(history.events)] == ["ExecutionStarted", "ExecutionFailed"]


@pytest.mark.parametrize("name", sorted({history for history, _, _ in CASES.values()}))
def test_every_task_of_a_recorded_execution_has_its_state_and_its_end(name: str):
    for events in recorded(name).values():
        read: Any = events
        attempts = read_task_history(
            [{**event, "timestamp": AT + timedelta(seconds=event["timestamp"])} for event in read]
        ).attempts
        assert len(attempts) == sum(event["type"] == "TaskScheduled" for event in events)
        assert all(each.state and each.status and each.ended for each in attempts)
