"""Glue's queue in a simulation: runs wait for their turn, one after another, and not for ever."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from tests.unit.simulator.test_services import play

SYNC = "arn:aws:states:::glue:startJobRun.sync"


def side_by_side(count: int, behaviour: Behaviour | None = None, **arguments: Any) -> Run:
    """The run of a machine whose branches each run the job, and catch what it fails with."""

    def branch(number: int) -> dict[str, Any]:
        task = {
            "Type": "Task",
            "Resource": SYNC,
            "Arguments": {"JobName": "x", "JobRunQueuingEnabled": True, **arguments},
            "Output": "{% $states.result.JobRunState %}",
            "Catch": [
                {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": f"Failed {number}"}
            ],
            "End": True,
        }
        states = {f"T{number}": task, f"Failed {number}": {"Type": "Pass", "End": True}}
        return {"StartAt": f"T{number}", "States": states}

    return play({"All": {"Type": "Parallel", "Branches": list(map(branch, range(count))), "End": True}}, behaviour)


def runs(run: Run) -> list[tuple[float, float | None, str]]:
    return [(job.started, job.ended, job.status) for job in run.job_runs]


def test_runs_have_their_turn_one_after_another():
    run = side_by_side(3)
    assert runs(run) == [(0, 300, "SUCCEEDED"), (300, 600, "SUCCEEDED"), (600, 900, "SUCCEEDED")]
    assert run.first.output == ["SUCCEEDED"] * 3


def test_as_many_runs_at_once_as_the_job_allows():
    run = side_by_side(4, Behaviour(concurrent_runs={"x": 2}, faults=[Fault(job="x", times=1)]))
    assert runs(run) == [(0, 300, "FAILED"), (0, 300, "SUCCEEDED"), (300, 600, "SUCCEEDED"), (300, 600, "SUCCEEDED")]


def test_a_run_that_waits_too_long_fails():
    run = side_by_side(2, Behaviour(seconds={"x": 1000}))
    assert runs(run) == [(0, 1000, "SUCCEEDED"), (900, 900, "FAILED")]
    assert run.job_runs[1].message == "simulated: the run waited 15 minutes in Glue's queue"
    assert run.first.output == ["SUCCEEDED", "States.TaskFailed"]


@pytest.mark.parametrize("arguments", [{"JobRunQueuingEnabled": False}, {"ExecutionClass": "FLEX"}])
def test_runs_that_glue_does_not_queue_are_refused(arguments: dict[str, Any]):
    run = side_by_side(2, **arguments)
    assert runs(run) == [(0, 300, "SUCCEEDED")]
    assert run.first.output == ["SUCCEEDED", "Glue.ConcurrentRunsExceededException"]


def test_a_run_that_is_stopped_while_it_waits_leaves_its_place_to_the_next():
    job = {"Type": "Task", "Resource": SYNC, "Arguments": {"JobName": "x", "JobRunQueuingEnabled": True}}
    stop = {"Type": "Parallel", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Stopped"}]}
    waits = {"StartAt": "W", "States": {"W": {**job, "End": True}}}
    fails = {"StartAt": "P", "States": {"P": {"Type": "Wait", "Seconds": 60, "Next": "F"}, "F": {"Type": "Fail"}}}
    stopped = {
        "StartAt": "S",
        "States": {"S": {**stop, "Branches": [waits, fails], "End": True}, "Stopped": {"Type": "Pass", "End": True}},
    }
    first = {"StartAt": "A", "States": {"A": {**job, "End": True}}}
    last = {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 10, "Next": "C"}, "C": {**job, "End": True}}}
    run = play({"All": {"Type": "Parallel", "Branches": [first, stopped, last], "End": True}})
    assert runs(run) == [(0, 300, "SUCCEEDED"), (60, 60, "STOPPED"), (300, 600, "SUCCEEDED")]


def test_a_run_that_is_started_without_waiting_for_it_waits_in_the_queue():
    start = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun"}
    given = {"JobName": "x", "JobRunQueuingEnabled": True}
    run = play(
        {
            "A": {**start, "Arguments": given, "Next": "B"},
            "B": {**start, "Arguments": given, "Assign": {"id": "{% $states.result.JobRunId %}"}, "Next": "Look"},
            "Look": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun",
                "Arguments": {"JobName": "x", "RunId": "{% $id %}"},
                "Output": "{% $states.result.JobRun.JobRunState %}",
                "Next": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": 1000, "Output": "{% $states.input %}", "End": True},
        }
    )
    assert run.first.output == "WAITING"
    assert runs(run) == [(0, 300, "SUCCEEDED"), (300, 600, "SUCCEEDED")]
    late = play(
        {
            "A": {**start, "Arguments": given, "Next": "B"},
            "B": {**start, "Arguments": given, "End": True},
        },
        Behaviour(seconds={"x": 2000}),
    )
    assert runs(late) == [(0, 2000, "SUCCEEDED"), (900, 900, "FAILED")]
