"""The visits of states in histories, as Step Functions writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.runs.state_visits import LONGEST_TEXT, StateHistory
from tests.replay import recorded
from tests.unit.runs.events import History

GLUE = {"resourceType": "glue", "resource": "startJobRun.sync"}


def read(history: History) -> StateHistory:
    found = StateHistory()
    for event in history.events:
        found.read(event)
    return found


def enter(history: History, kind: str, name: str, before: int | None = None, given: str = "{}") -> int:
    return history.add(f"{kind}StateEntered", before, key="stateEntered", name=name, input=given)


def leave(history: History, kind: str, name: str, before: int | None = None, output: str = "{}") -> int:
    return history.add(f"{kind}StateExited", before, key="stateExited", name=name, output=output)


def schedule(history: History, before: int | None = None) -> int:
    return history.add("TaskScheduled", before, key="taskScheduled", **GLUE, parameters='{"JobName":"a"}')


def fail(history: History, before: int | None = None, error: str = "E") -> int:
    return history.add("TaskFailed", before, key="taskFailed", **GLUE, error=error, cause="why")


def shown(history: StateHistory, *names: str) -> dict[str, Any]:
    """Each visit of the states: its item, how it ended, its errors with the delay of the retry."""
    found: dict[str, Any] = {}
    for name in names:
        found[name] = [
            (
                visit.item,
                "failed"
                if visit.has_failed
                else "open"
                if visit.left is None
                else "caught"
                if visit.is_caught
                else "left",
                [(error.error, error.delay) for error in visit.errors],
            )
            for visit in history.visits.list_visits(name)
        ]
    return found


def test_a_task_with_its_values_times_and_a_retry():
    history = History()
    history.begin()
    enter(history, "Task", "A", given='{"x":1}')
    schedule(history)
    fail(history)
    schedule(history)
    history.add("TaskSucceeded", key="taskSucceeded", output='{"Id":"jr"}')
    leave(history, "Task", "A", output='{"y":2}')
    enter(history, "Succeed", "B", given='{"y":2}')
    found = read(history)
    (visit,) = found.visits.list_visits("A")
    assert (visit.input, visit.arguments, visit.result, visit.output) == (
        '{"x":1}',
        '{"JobName":"a"}',
        '{"Id":"jr"}',
        '{"y":2}',
    )
    assert visit.left
    assert visit.left - visit.entered == 5.0
    assert shown(found, "A", "B") == {"A": [(-1, "left", [("E", 1.0)])], "B": [(-1, "open", [])]}
    assert (found.retried, found.caught, found.failed) == ({"A": 1}, {}, {})
    assert found.moves == {("A", "B", False)}


def test_an_error_that_is_caught():
    history = History()
    history.begin()
    enter(history, "Task", "A")
    schedule(history)
    fail(history)
    leave(history, "Task", "A")
    enter(history, "Pass", "B")
    found = read(history)
    assert shown(found, "A") == {"A": [(-1, "caught", [("E", None)])]}
    assert (found.caught, found.moves) == ({"A": 1}, {("A", "B", True)})


def test_a_branch_fails_and_the_error_of_its_parallel_is_caught():
    history = History()
    history.begin()
    enter(history, "Parallel", "P")
    started = history.add("ParallelStateStarted")
    enter(history, "Task", "A", started)
    scheduled = schedule(history)
    enter(history, "Wait", "W", started)
    fail(history, scheduled)
    history.add("ParallelStateFailed")
    leave(history, "Parallel", "P")
    enter(history, "Pass", "B")
    found = read(history)
    assert shown(found, "P", "A", "W") == {
        "P": [(-1, "caught", [("E", None)])],
        "A": [(-1, "failed", [("E", None)])],
        "W": [(-1, "open", [])],
    }
    assert (found.failed, found.caught, found.moves) == ({"A": 1}, {"P": 1}, {("P", "B", True)})


def test_the_items_of_a_map_and_the_state_after_it():
    history = History()
    history.begin()
    enter(history, "Map", "M")
    started = history.add("MapStateStarted", key="mapStateStarted", length=5)
    for index in range(5):
        history.add("MapIterationStarted", started, key="mapIterationStarted", name="M", index=index)
        enter(history, "Pass", "A")
        leave(history, "Pass", "A")
        history.add("MapIterationSucceeded", key="mapIterationSucceeded", name="M", index=index)
    history.add("MapStateSucceeded")
    leave(history, "Map", "M")
    enter(history, "Fail", "B")
    history.finish("FAILED", "X")
    found = read(history)
    assert shown(found, "M", "A", "B") == {
        "M": [(-1, "left", [])],
        "A": [(0, "left", []), (1, "left", []), (2, "left", []), (4, "left", [])],
        "B": [(-1, "failed", [])],
    }
    assert (found.failed, found.moves) == ({"B": 1}, {("M", "B", False)})


def test_an_iteration_fails_and_with_it_the_execution():
    history = History()
    history.begin()
    enter(history, "Map", "M")
    history.add("MapStateStarted", key="mapStateStarted", length=1)
    history.add("MapIterationStarted", key="mapIterationStarted", name="M", index=0)
    enter(history, "Task", "A")
    schedule(history)
    fail(history)
    history.add("TaskStateAborted")
    history.add("MapIterationFailed", key="mapIterationFailed", name="M", index=0)
    history.add("MapStateFailed")
    history.finish("FAILED", "E")
    found = read(history)
    assert shown(found, "M", "A") == {"M": [(-1, "failed", [("E", None)])], "A": [(0, "failed", [("E", None)])]}
    assert found.failed == {"A": 1, "M": 1}


def test_a_map_run_fails_and_the_error_of_its_map_is_caught():
    history = History()
    history.begin()
    enter(history, "Map", "M")
    history.add("MapStateStarted", key="mapStateStarted", length=1)
    history.add("MapRunStarted", key="mapRunStarted", mapRunArn="arn:m")
    history.add("MapRunFailed", key="mapRunFailed", error="States.ExceedToleratedFailureThreshold", cause="too many")
    history.add("MapStateFailed")
    leave(history, "Map", "M")
    enter(history, "Pass", "B")
    found = read(history)
    assert shown(found, "M") == {"M": [(-1, "caught", [("States.ExceedToleratedFailureThreshold", None)])]}
    assert found.moves == {("M", "B", True)}


def test_a_redrive_continues_a_state_or_enters_it_again():
    history = History()
    history.begin()
    enter(history, "Task", "A")
    schedule(history)
    fail(history)
    history.finish("FAILED", "E")
    history.add("ExecutionRedriven")
    first = read(history)
    assert (shown(first, "A"), first.failed) == ({"A": [(-1, "failed", [("E", None)])]}, {"A": 1})
    schedule(history)
    leave(history, "Task", "A")
    enter(history, "Pass", "B")
    found = read(history)
    assert (shown(found, "A"), found.failed) == ({"A": [(-1, "left", [("E", None)])]}, {})
    assert found.moves == {("A", "B", False)}
    del history.events[6:]
    enter(history, "Task", "A")
    schedule(history)
    leave(history, "Task", "A")
    found = read(history)
    assert shown(found, "A") == {"A": [(-1, "failed", [("E", None)]), (-1, "left", [])]}


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_a_state_of_an_execution_that_is_stopped_has_not_failed(status: str):
    history = History()
    history.begin()
    enter(history, "Wait", "A")
    history.finish(status)
    found = read(history)
    assert (shown(found, "A"), found.failed) == ({"A": [(-1, "open", [])]}, {})


def test_an_expression_that_fails():
    history = History()
    history.begin()
    enter(history, "Pass", "A")
    history.add("EvaluationFailed", key="evaluationFailed", error="States.QueryEvaluationError", cause="why", state="A")
    history.finish("FAILED", "States.QueryEvaluationError")
    found = read(history)
    assert shown(found, "A") == {"A": [(-1, "failed", [("States.QueryEvaluationError", None)])]}


@pytest.mark.parametrize(
    ("kind", "error"), [("LambdaFunctionTimedOut", "States.Timeout"), ("ActivityScheduleFailed", "")]
)
def test_errors_of_functions_and_activities(kind: str, error: str):
    history = History()
    history.begin()
    enter(history, "Task", "A")
    history.add("LambdaFunctionScheduled", key="lambdaFunctionScheduled", resource="arn:f", input='{"x":1}')
    history.add(kind, key=kind[:1].lower() + kind[1:])
    history.finish("FAILED", error)
    found = read(history)
    assert found.visits.list_visits("A")[0].arguments == '{"x":1}'
    assert shown(found, "A") == {"A": [(-1, "failed", [(error, None)])]}


def test_long_values_are_cut_and_missing_ones_are_empty():
    history = History()
    history.begin()
    history.add("PassStateEntered", key="stateEntered", name="A", inputDetails={"truncated": True})
    leave(history, "Pass", "A", output=json.dumps("x" * 100_000))
    (visit,) = read(history).visits.list_visits("A")
    assert visit.input == ""
    assert len(visit.output or "") == LONGEST_TEXT


def test_events_that_follow_none_are_skipped():
    history = History()
    leave(history, "Pass", "A", before=99)
    history.add("TaskFailed", before=98, key="taskFailed", error="E")
    history.add("ParallelStateFailed", before=97)
    assert shown(read(history), "A") == {"A": []}


@pytest.mark.parametrize("name", ["clean", "failed", "tasks", "loop", "parallel-map", "retry-catch", "resumed"])
def test_every_state_of_an_execution_that_has_ended_was_left_or_has_failed(name: str):
    for events in recorded(name).values():
        found = StateHistory()
        counts = 0
        for event in events:
            found.read({**event, "timestamp": _Time(event["timestamp"])})  # type: ignore[arg-type]
            counts += event["type"].endswith("StateEntered")
        ended = {"ExecutionSucceeded", "ExecutionFailed"} & {event["type"] for event in events}
        names = {event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event}
        ends = {end for visits in shown(found, *names).values() for _, end, _ in visits}
        assert counts
        assert not ended or ends <= {"left", "caught", "failed"}


class _Time(float):
    def timestamp(self) -> float:
        return float(self)
