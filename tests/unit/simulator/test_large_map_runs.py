"""Large Map runs: what the record keeps of them, how many items they can have, and what reads their results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.compressed_text import CompressedText, join_parts
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.figures import compute_figures
from sfnorch.simulator.map_items.limits import MOST_ITEMS
from sfnorch.simulator.record import MOST_DETAILED, MOST_FAILURES, Run
from tests.unit.simulator.maps import GET, PUT, make_map, play_machine, read

JOB = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": {"JobName": "j"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "End": True,
}


def play(count: int, **behaviour: Any) -> Run:
    state = make_map({"J": JOB}, MaxConcurrency=100, ToleratedFailurePercentage=100)
    chosen = Behaviour(concurrent_runs={"j": 1_000}, enforce_permissions=False, **behaviour)
    return play_machine({"M": state}, list(range(count)), chosen)


def test_the_figures_of_a_large_map_run_are_those_of_a_detailed_one():
    count = MOST_DETAILED + 100
    run = play(count, faults=[Fault("j", 3)], throttles={"j": 5})
    figures = compute_figures(run)
    assert (figures.transitions, figures.peak_job_runs) == (1 + count + 8, 100)
    assert figures.job_seconds == 300 * (count + 3)
    assert (run.job_runs, {event.execution for event in run.events}) == ([], {run.first.arn})
    (map_run,) = run.map_runs
    assert {key: span.times for key, span in map_run.counts.items()} == {
        ("j", "Glue.AWSGlueException", ""): 5,
        ("j", "FAILED", "simulated failure (--fail)"): 3,
    }
    assert map_run.count_items() == {"SUCCEEDED": count, "PENDING": 0}


def test_a_map_run_of_a_thousand_items_is_recorded_whole():
    run = play(MOST_DETAILED)
    assert len(run.job_runs) == MOST_DETAILED
    assert len({event.execution for event in run.events}) == MOST_DETAILED + 1


def test_the_first_failures_are_kept():
    (map_run,) = play(MOST_DETAILED + 1, faults=[Fault("j")]).map_runs
    assert [child.input for child in map_run.failures] == list(range(MOST_FAILURES))
    assert map_run.count_items() == {"FAILED": MOST_DETAILED + 1, "PENDING": 0}


def test_items_are_limited():
    with pytest.raises(UnsupportedSimulationError, match="at most 500,000"):
        read("a\n" + "1\n" * (MOST_ITEMS + 1), InputType="CSV", CSVHeaderLocation="FIRST_ROW")
    with pytest.raises(UnsupportedSimulationError, match=r"has 500,001 items, and a simulation at most 500,000"):
        read(f"[{'1,' * MOST_ITEMS}1]")
    with pytest.raises(UnsupportedSimulationError, match=r"reads 10,000,001 values from k"):
        read("," * (20 * MOST_ITEMS + 1))


def test_more_items_than_executions_that_a_machine_can_start():
    state = make_map({"B": {"Type": "Pass", "Result": {}, "End": True}}, ResultPath=None)
    states = {
        "R": {"Type": "Pass", "Next": "M"},
        "M": {**state, "ItemReader": {"Resource": GET, "ReaderConfig": {"InputType": "JSON"}}},
    }
    states["M"]["ItemReader"]["Parameters"] = {"Bucket": "b", "Key": "k"}
    content = {"s3://b/k": f"[{'1,' * 20_999}1]".encode()}
    run = play_machine(states, {}, Behaviour(objects=content, enforce_permissions=False))
    assert (run.first.status, len(run.executions)) == ("SUCCEEDED", 21_001)


@pytest.mark.parametrize(("length", "error"), [(262_000, ""), (262_144, "States.DataLimitExceeded")])
def test_a_response_of_s3_has_at_most_256_kib(length: int, error: str):
    get = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "End": True}
    content = {"s3://b/k": b"a" * length}
    states = {"T": {**get, "Parameters": {"Bucket": "b", "Key": "k"}}}
    run = play_machine(states, {}, Behaviour(objects=content, enforce_permissions=False))
    assert run.first.error == error
    states = {"T": {**get, "Parameters": {"Bucket": "b", "Key": "k", "Range": "bytes=10-19"}}}
    run = play_machine(states, {}, Behaviour(objects=content, enforce_permissions=False))
    assert run.first.output["Body"] == "a" * 10


def test_large_results_are_kept_compressed_and_read_as_they_were_written():
    state = make_map(ItemReader={"Resource": GET, "Parameters": {"Bucket": "b", "Key": "k"}})
    state["ResultWriter"] = {"Resource": PUT, "Parameters": {"Bucket": "b", "Prefix": "p"}}
    content = {"s3://b/k": json.dumps(list(range(3_000))).encode()}
    run = play_machine({"M": state}, {}, Behaviour(objects=content, enforce_permissions=False))
    stored = next(each for each in run.objects if "SUCCEEDED" in each.key)
    assert isinstance(stored.content, CompressedText)
    assert [row["Output"] for row in json.loads(stored.body)] == [str(number) for number in range(3_000)]
    assert (stored.length, stored.content.size) == (len(stored.body), len(stored.body.encode()))
    assert stored.read_start(50) == stored.body[:50]


@pytest.mark.parametrize("parts", [["é" * 2**19, "b" * 2**20, "\ud800"], ["a"], []])
def test_parts_of_a_text(parts: list[str]):
    found = join_parts(iter(parts))
    whole = "".join(parts)
    if isinstance(found, str):
        assert found == whole
    else:
        assert (found.read(), found.length) == (whole, len(whole))
        assert found.read_start(10) == whole[:10]
