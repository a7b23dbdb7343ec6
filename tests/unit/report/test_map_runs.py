"""The text of large Map runs, and of critical paths with many activities."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.report.simulated.map_runs import list_failure_lines, list_large_map_runs
from sfnorch.report.simulated.run import list_figures
from sfnorch.report.simulated.timeline import list_timeline
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.figures import compute_figures
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate
from tests.unit.simulator.maps import DISTRIBUTED


def play(count: int, jobs: str, at_once: int, **behaviour: Any) -> Run:
    """The run of a Map over so many items, each with these jobs, of which so many run at once."""
    states = {
        job: {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Arguments": {"JobName": job},
            **({"Next": after} if after else {"End": True}),
        }
        for job, after in zip(jobs, [*jobs[1:], ""], strict=True)
    }
    processor = {"ProcessorConfig": DISTRIBUTED, "StartAt": jobs[0], "States": states}
    state = {
        "Type": "Map",
        "Items": f"{{% [1..{count}] %}}",
        "MaxConcurrency": at_once,
        "ToleratedFailurePercentage": 100,
        "ItemProcessor": processor,
        "Output": {},
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": state}}
    properties = {"StateMachineName": "m", "Definition": definition}
    resources = {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    chosen = Behaviour(concurrent_runs={"*": 1_000}, enforce_permissions=False, **behaviour)
    return simulate(json.dumps({"Resources": resources}), {}, chosen)


@pytest.mark.parametrize(
    ("count", "jobs", "path"),
    [
        (3, "ab", "a → b → a → b → a → b"),
        (9, "ab", "(a → b) 9 times"),
        (12, "a", "a (12 times)"),
        (20, "abc", "(a → b → c) 20 times"),
    ],
)
def test_a_long_critical_path_counts_what_is_repeated(count: int, jobs: str, path: str):
    figures = compute_figures(play(count, jobs, 1))
    assert list_figures(figures)["critical path"] == path


def test_a_map_run_of_a_hundred_items_is_listed_and_a_larger_one_is_counted():
    assert not list_large_map_runs(play(100, "a", 50))
    run = play(101, "a", 50, faults=[Fault("a", 1, "broke")])
    assert list_timeline(run) == [
        (0.0, "m starts"),
        (0.0, "m/M starts 101 executions"),
        (300.0, "m/M: 1 run of a FAILED from now on: broke"),
        (300.0, "m/M FAILED: States.TaskFailed"),
        (300.0, "m/M: 50 of 101 executions have ended"),
        (600.0, "m/M: 75 of 101 executions have ended"),
        (900.0, "m/M: 100 SUCCEEDED, 1 FAILED"),
        (900.0, "m SUCCEEDED"),
    ]
    (map_run,) = list_large_map_runs(run)
    (line,) = list_failure_lines(map_run)
    assert line.startswith(f"{map_run.children[0].name} FAILED States.TaskFailed: {{")
    assert len(line) < 400


def test_what_happens_at_the_start_follows_the_start():
    run = play(101, "a", 101, throttles={"a": 101})
    assert [line for _, line in list_timeline(run)][:3] == [
        "m starts",
        "m/M starts 101 executions",
        "m/M: 101 starts of a rejected from now on: Glue.AWSGlueException",
    ]
