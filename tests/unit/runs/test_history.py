"""Histories folded into jobs, children and ends: retries, refusals, cuts, jobs of one name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sfnorch.runs.history import read_events
from sfnorch.runs.job import Attempt
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.job_list import list_left, list_planned
from sfnorch.runs.record import Record
from tests.unit.runs.events import AT, History


def told(history: History) -> tuple[Record, list[tuple[str, str, str, str]]]:
    record = open_record()
    changes = [
        (change.job, change.status, change.run_id, change.message) for change in read_events(record, history.events)
    ]
    return record, changes


def jobs(record: Record) -> list[tuple[str, str, str, int, str]]:
    return [(job.name, job.status, job.run_id, job.attempts, job.message) for job in record.jobs]


def test_a_job_that_is_tried_again_is_one_job():
    history = History()
    history.begin()
    history.assign(jobs=["a", "b"])
    history.enter()
    history.start("a")
    history.start("a", "jr_1")
    history.end("FAILED", "jr_1", "broke")
    history.start("a", "jr_2")
    history.end("SUCCEEDED", "jr_2")
    history.enter()
    history.start("b", "jr_3")
    record, changes = told(history)
    assert jobs(record) == [("a", "SUCCEEDED", "jr_2", 3, ""), ("b", "RUNNING", "jr_3", 1, "")]
    assert changes == [
        ("", "RUNNING", "", ""),
        ("a", "FAILED", "", "Glue.X: refused"),
        ("a", "RUNNING", "jr_1", "attempt 2"),
        ("a", "FAILED", "jr_1", "broke"),
        ("a", "RUNNING", "jr_2", "attempt 3"),
        ("a", "SUCCEEDED", "jr_2", ""),
        ("b", "RUNNING", "jr_3", ""),
    ]
    assert (list_planned(record), list_left(record)) == (["a", "b"], ["b"])


def test_each_run_of_a_job_has_its_log_group():
    history = History()
    history.begin()
    history.enter()
    history.start("a", "jr_1")
    history.end("FAILED", "jr_1", "broke", log_group="/aws-glue/jobs-etl-kms")
    history.start("a", "jr_2")
    history.end("SUCCEEDED", "jr_2", log_group="/etl")
    history.enter()
    history.start("b", "jr_3")
    cut = '{"ErrorMessage": "too long", "Id": "jr_3", "LogGroupName": "/aws-glue/python-jobs", "MaxCa'
    history.add("TaskFailed", key="taskFailed", error="States.TaskFailed", cause=cut)
    record, _ = told(history)
    first, second = record.jobs
    before = Attempt(
        number=1,
        run_id="jr_1",
        status="FAILED",
        message="broke",
        log_group="/aws-glue/jobs-etl-kms",
        started=AT + timedelta(seconds=3),
        ended=AT + timedelta(seconds=6),
        waiting=None,
    )
    assert (first.earlier, first.run_id, first.log_group) == ([before], "jr_2", "/etl")
    assert (second.run_id, second.log_group) == ("jr_3", "/aws-glue/python-jobs")


def test_each_attempt_has_its_times():
    times = {"StartedOn": 1_000_000, "CompletedOn": 1_100_000, "ExecutionTime": 60}
    history = History()
    history.begin()
    history.enter()
    history.start("a")
    history.start("a", "jr_1")
    run = {"Id": "jr_1", "JobRunState": "FAILED", "ErrorMessage": "broke", **times}
    history.add("TaskFailed", key="taskFailed", error="States.TaskFailed", cause=json.dumps(run))
    history.start("a", "jr_2")
    run = {"Id": "jr_2", "JobRunState": "SUCCEEDED", **times, "ExecutionTime": 95}
    history.add("TaskSucceeded", key="taskSucceeded", output=json.dumps(run))
    record, _ = told(history)
    (job,) = record.jobs
    (before,) = job.earlier
    assert (before.number, before.run_id, before.waiting, job.attempts, job.waiting) == (2, "jr_1", 40.0, 3, 5.0)
    assert (job.started, before.started, before.ended, job.attempt_started, job.ended) == tuple(
        AT + timedelta(seconds=number) for number in (3, 6, 9, 10, 13)
    )


def test_a_second_run_of_a_job_bears_the_name_that_the_list_has_for_it():
    history = History()
    history.begin()
    history.assign(jobs=["a", "a (2)"])
    for run_id in ("jr_1", "jr_2"):
        history.enter()
        history.start("a", run_id)
        history.end("SUCCEEDED", run_id)
    record, _ = told(history)
    assert [(job.name, job.glue_name) for job in record.jobs] == [("a", "a"), ("a (2)", "a")]
    assert list_left(record) == []


@pytest.mark.parametrize("state", ["STOPPED", "TIMEOUT", "ERROR", "EXPIRED"])
def test_a_run_that_ended_otherwise_has_not_succeeded(state: str):
    history = History()
    history.begin()
    history.assign(jobs=["a"])
    history.enter()
    history.start("a", "jr_1")
    # whether AWS takes STOPPED for success isn't known: here it does
    history.add("TaskSucceeded", key="taskSucceeded", output=f'{{"Id": "jr_1", "JobRunState": "{state}"}}')
    record, changes = told(history)
    assert (jobs(record)[0][1], list_left(record), changes[-1]) == (state, ["a"], ("a", state, "jr_1", ""))


def test_a_task_that_times_out():
    history = History()
    history.begin()
    history.enter()
    history.start("a", "jr_1")
    history.add("TaskTimedOut", key="taskTimedOut", error="States.Timeout", cause="too long")
    record, _ = told(history)
    assert jobs(record) == [("a", "TIMED_OUT", "jr_1", 1, "States.Timeout: too long")]


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
def test_a_job_that_runs_when_its_execution_ends_is_stopped(status: str):
    history = History()
    history.begin()
    history.assign(jobs=["a", "b"])
    history.enter()
    history.start("a", "jr_1")
    history.finish(status, "E", "why")
    record, changes = told(history)
    assert jobs(record) == [("a", "STOPPED", "jr_1", 1, "")]
    assert (changes[-1], list_left(record)) == (("", status, "", "E: why"), ["a", "b"])


def test_children_stand_in_the_order_of_their_branches():
    history = History()
    history.begin()
    parallel = history.add("ParallelStateStarted")
    first, second = history.enter(parallel), history.enter(parallel)
    states = {"resourceType": "states", "resource": "startExecution.sync:2"}
    for entered, arn in ((second, "arn:2"), (first, "arn:1")):
        history.add("TaskScheduled", entered, key="taskScheduled", **states, parameters="{}")
        history.add("TaskStarted", key="taskStarted", **states)
        history.add("TaskSubmitted", key="taskSubmitted", **states, output=f'{{"ExecutionArn": "{arn}"}}')
    record, _ = told(history)
    assert record.children == ["arn:1", "arn:2"]


@pytest.mark.parametrize("answer", [{"Status": {"Code": "ok"}}, {"Status": ["FINISHED"]}, {"Status": None}, [1], 5])
def test_answers_of_any_shape_are_read(answer: Any):
    history = History()
    history.begin()
    history.enter()
    called = {"resourceType": "aws-sdk:dynamodb", "resource": "describeTable"}
    history.add("TaskScheduled", key="taskScheduled", **called, parameters="[]")
    history.add("TaskSucceeded", key="taskSucceeded", **called, output=json.dumps(answer))
    history.finish("SUCCEEDED")
    record, changes = told(history)
    assert (record.jobs, [change[1] for change in changes]) == ([], ["RUNNING", "SUCCEEDED"])


def test_tasks_that_run_no_job_are_no_jobs():
    history = History()
    history.begin()
    history.enter()
    sns = {"resourceType": "sns", "resource": "publish"}
    history.add("TaskScheduled", key="taskScheduled", **sns, parameters="{}")
    history.add("TaskStarted", key="taskStarted", **sns)
    history.add("TaskSucceeded", key="taskSucceeded", **sns, output="{}")
    history.finish("SUCCEEDED", output={"a": 1})
    record, changes = told(history)
    assert (record.jobs, record.children, record.output) == ([], [], {"a": 1})
    assert [change[1] for change in changes] == ["RUNNING", "SUCCEEDED"]


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ({"job": "a", "message": "broke", "remaining": ["a"]}, "broke"),
        ({"jobs": [{"job": "a", "status": "FAILED"}, {"job": "b", "status": "SUCCEEDED"}]}, "1 of 2 jobs failed: a"),
        ("plain words", "plain words"),
        ('{"cut": "of', '{"cut": "of'),
        ("[1]", "[1]"),
    ],
)
def test_why_an_execution_failed(cause: Any, message: str):
    history = History()
    history.begin()
    history.assign(jobs=["a", "b"])
    history.finish("FAILED", "E", cause)
    assert told(history)[0].message == message


def test_events_may_come_in_any_portions():
    history = History()
    history.begin()
    history.assign(jobs=["a"])
    history.enter()
    history.start("a", "jr_1")
    history.end("FAILED", "jr_1", "broke")
    history.start("a", "jr_2")
    history.end("SUCCEEDED", "jr_2")
    history.finish("SUCCEEDED")
    whole, changes = told(history)
    record = open_record()
    parts = [change for event in history.events for change in read_events(record, [event])]
    assert [(change.job, change.status, change.run_id, change.message) for change in parts] == changes
    assert (jobs(record), record.last_event) == (jobs(whole), len(history.events))


def test_an_execution_that_is_redriven_runs_again():
    history = History()
    history.begin()
    history.assign(jobs=["a"])
    history.enter()
    history.start("a", "jr_1")
    history.finish("ABORTED")
    record, _ = told(history)
    assert (record.status, record.ended is None, record.jobs[0].cut_off) == ("ABORTED", False, True)
    redriven = History()
    redriven.events = list(history.events)
    redriven.add("ExecutionRedriven", key="executionRedriven", redriveCount=1)
    redriven.start("a", "jr_2")
    redriven.end("SUCCEEDED", "jr_2")
    record, changes = told(redriven)
    assert (record.status, record.ended, record.jobs[-1].status) == ("RUNNING", None, "SUCCEEDED")
    assert ("", "RUNNING", "", "redriven") in changes


def test_a_child_that_could_not_be_started():
    history = History()
    history.begin()
    states = {"resourceType": "states", "resource": "startExecution.sync:2"}
    for refusals in (1, 2):
        history.enter(1)
        parameters = f'{{"StateMachineArn": "arn:aws:states:r:1:stateMachine:etl-{refusals}"}}'
        for _ in range(refusals):
            history.add("TaskScheduled", key="taskScheduled", **states, parameters=parameters)
            history.add("TaskStarted", key="taskStarted", **states)
            history.add("TaskSubmitFailed", key="taskSubmitFailed", **states, error="StepFunctions.X", cause="gone")
    record, _ = told(history)
    assert list(record.refused_executions.values()) == [
        ("etl-1", "StepFunctions.X: gone"),
        ("etl-2", "StepFunctions.X: gone"),
    ]
    history.add("TaskScheduled", key="taskScheduled", **states, parameters=parameters)
    history.add("TaskStarted", key="taskStarted", **states)
    history.add("TaskSubmitted", key="taskSubmitted", **states, output='{"ExecutionArn": "arn:2"}')
    record, _ = told(history)
    assert (list(record.refused_executions.values()), record.children) == (
        [("etl-1", "StepFunctions.X: gone")],
        ["arn:2"],
    )


def test_an_execution_that_is_there_already_is_joined_not_refused():
    arn = "arn:aws:states:us-east-1:123456789012:execution:etl-task:orders-0123456789abcdef"
    history = History()
    history.begin()
    entered = history.enter()
    given = '{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:etl-task"}'
    scheduled = history.add(
        "TaskScheduled",
        entered,
        "taskScheduled",
        resourceType="states",
        resource="startExecution.sync:2",
        parameters=given,
    )
    history.add(
        "TaskFailed",
        scheduled,
        "taskFailed",
        resourceType="states",
        resource="startExecution.sync:2",
        error="StepFunctions.ExecutionAlreadyExistsException",
        cause=f"Execution Already Exists: '{arn}' (Service: Sfn, Status Code: 400, Request ID: 1)",
    )
    record, _ = told(history)
    assert (record.children, record.refused_executions) == ([arn], {})


@pytest.mark.parametrize(("answer", "following"), [({"ExecutionArn": "arn:next"}, "arn:next"), ({}, "")])
def test_an_execution_that_hands_over_names_the_next_unless_its_answer_is_cut(answer: Any, following: str):
    history = History()
    history.begin()
    history.enter()
    call = {"resourceType": "states", "resource": "startExecution"}
    history.add("TaskScheduled", key="taskScheduled", **call, parameters='{"StateMachineArn": "arn:x"}')
    history.add("TaskSucceeded", key="taskSucceeded", **call, output=json.dumps(answer))
    record, _ = told(history)
    assert (record.next_execution, record.jobs) == (following, [])


@pytest.mark.parametrize(
    ("ends", "status", "message"),
    [
        ({"Status": "FINISHED"}, "SUCCEEDED", ""),
        ({"Status": "FAILED", "Error": "no table"}, "FAILED", "no table"),
        ({"Status": "ABORTED", "Error": "cancelled"}, "STOPPED", "cancelled"),
        ({"Status": "STARTED"}, "RUNNING", ""),
    ],
)
def test_a_statement_ends_when_its_description_says_so(ends: dict[str, str], status: str, message: str):
    history = History()
    history.begin()
    history.enter()
    starts = {"resourceType": "aws-sdk:redshiftdata", "resource": "executeStatement"}
    asks = {"resourceType": "aws-sdk:redshiftdata", "resource": "describeStatement"}
    given = json.dumps({"StatementName": "load"})
    history.add("TaskScheduled", key="taskScheduled", **starts, parameters=given)
    history.add("TaskSucceeded", key="taskSucceeded", **starts, output='{"Id": "st_1"}')
    history.enter()
    history.add("TaskScheduled", key="taskScheduled", **asks, parameters='{"Id": "st_1"}')
    history.add("TaskSucceeded", key="taskSucceeded", **asks, output=json.dumps({"Id": "st_1", **ends}))
    record, changes = told(history)
    assert jobs(record) == [("load", status, "st_1", 1, message)]
    ended = [("load", status, "st_1", message)] if status != "RUNNING" else []
    assert changes == [("", "RUNNING", "", ""), ("load", "RUNNING", "st_1", ""), *ended]


@pytest.mark.parametrize(
    ("crawler", "status", "message"),
    [
        ({"State": "READY", "LastCrawl": {"Status": "SUCCEEDED"}}, "SUCCEEDED", ""),
        ({"State": "READY", "LastCrawl": {"Status": "FAILED", "ErrorMessage": "no access"}}, "FAILED", "no access"),
        ({"State": "READY", "LastCrawl": {"Status": "CANCELLED"}}, "STOPPED", ""),
        ({"State": "RUNNING", "LastCrawl": {"Status": "SUCCEEDED"}}, "RUNNING", ""),
        ({"State": "READY"}, "RUNNING", ""),
    ],
)
def test_a_crawl_ends_when_the_crawler_says_so(crawler: dict[str, Any], status: str, message: str):
    history = History()
    history.begin()
    for call, answer in (
        ("getCrawler", {"Crawler": {"Name": "orders", "State": "READY", "LastCrawl": {"Status": "FAILED"}}}),
        ("startCrawler", {}),
        ("getCrawler", {"Crawler": {"Name": "orders", **crawler}}),
    ):
        called = {"resourceType": "aws-sdk:glue", "resource": call}
        history.enter()
        history.add("TaskScheduled", key="taskScheduled", **called, parameters='{"Name": "orders"}')
        history.add("TaskSucceeded", key="taskSucceeded", **called, output=json.dumps(answer))
    record, _ = told(history)
    assert jobs(record) == [("orders", status, "", 1, message)]


def test_a_query_is_followed_and_its_failure_says_what_athena_says():
    history = History()
    history.begin()
    called = {"resourceType": "athena", "resource": "startQueryExecution.sync"}
    for query in ("q-1", "q-2"):
        history.add("TaskStateEntered", key="stateEntered", name=f"daily {query}", input="{}")
        history.add("TaskScheduled", key="taskScheduled", **called, parameters='{"QueryString": "select 1"}')
        history.add("TaskSubmitted", key="taskSubmitted", **called, output=json.dumps({"QueryExecutionId": query}))
        if query == "q-1":
            history.add("TaskSucceeded", key="taskSucceeded", **called, output=json.dumps({"QueryExecution": {}}))
    cause = json.dumps({"QueryExecution": {"Status": {"State": "FAILED", "StateChangeReason": "no table"}}})
    history.add("TaskFailed", key="taskFailed", **called, error="States.TaskFailed", cause=cause)
    record, _ = told(history)
    assert jobs(record) == [
        ("daily q-1", "SUCCEEDED", "q-1", 1, ""),
        ("daily q-2", "FAILED", "q-2", 1, "no table"),
    ]


@pytest.mark.parametrize(("status", "becomes"), [("SUCCEEDED", "HANDED_OVER"), ("ABORTED", "STOPPED")])
def test_a_workflow_run_that_an_earlier_execution_has_started(status: str, becomes: str):
    history = History()
    history.begin({"workflow_name": "nightly", "run_id": "wr_1"})
    assigned = {"workflow": '"nightly"', "runId": '"wr_1"', "runs": "2"}
    history.add("PassStateExited", key="stateExited", name="ResolveRun", assignedVariables=assigned)
    record, changes = told(history)
    assert jobs(record) == [("nightly", "RUNNING", "wr_1", 1, "")]
    assert changes == [("", "RUNNING", "", ""), ("nightly", "RUNNING", "wr_1", "")]
    history.finish(status)
    record, changes = told(history)
    assert (jobs(record), changes[-1]) == ([("nightly", becomes, "wr_1", 1, "")], ("", status, "", ""))


def test_a_job_that_is_only_scheduled_is_starting():
    history = History()
    history.begin()
    history.enter()
    glue = {"resourceType": "glue", "resource": "startJobRun.sync"}
    history.add("TaskScheduled", key="taskScheduled", **glue, parameters='{"JobName": "a"}')
    record, changes = told(history)
    assert (jobs(record), changes) == ([("a", "STARTING", "", 1, "")], [("", "RUNNING", "", "")])
