"""Batches of a fan-out, simulated: no item changes another of its batch, and failed items are counted, not batches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.protocol.fan_out import MOST_REPORTED
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from tests.unit.patterns.fan_outs import BUCKET, children_of, fan_out, objects, tables


def many(**keys: Any) -> Behaviour:
    return Behaviour(concurrent_runs={"*": 1_000}, **keys)


def names(count: int) -> list[str]:
    return [f"t{number}" for number in range(count)]


def runs_of(run: Run) -> list[tuple[str, str, str]]:
    """The job runs in their order: the table, the job, the status."""
    return [(job.arguments["--table"], job.job, job.status) for job in run.job_runs]


def failures_of(run: Run) -> Any:
    (listed,) = [json.loads(each.body) for each in run.objects if each.key.endswith("failures.json")]
    return listed


def test_the_items_of_a_batch_run_one_after_another():
    run = fan_out(tables(*names(5)), many(), batch=2, max_concurrency=1)
    assert run.first.output["counts"] == {
        "total": 5,
        "succeeded": 5,
        "failed": 0,
        "pending": 0,
        "unread": 0,
        "batches": 3,
        "failedBatches": 0,
    }
    assert runs_of(run) == [(name, job, "SUCCEEDED") for name in names(5) for job in ("extract", "load")]
    assert children_of(run)[2].output == {"items": [{"item": "t4", "jobCount": 2}]}


def test_a_batch_runs_to_its_end_and_its_cause_has_the_failed_items():
    run = fan_out(tables(*names(6)), many(faults=[Fault("load", 2, "broke")]), batch=3, max_concurrency=1)
    assert [(table, job) for table, job, _ in runs_of(run)] == [
        (n, job) for n in names(6) for job in ("extract", "load")
    ]
    failed, well = children_of(run)
    cause = json.loads(failed.cause)
    assert (failed.error, cause["batch"], cause["failed"], cause["done"]) == ("ItemsOfBatchFailed", 3, 2, [1, 1, 2])
    assert [(row["item"], row["done"], row["job"], row["message"]) for row in cause["items"]] == [
        ("t0", 1, "load", "broke"),
        ("t1", 1, "load", "broke"),
    ]
    assert well.status == "SUCCEEDED"
    counts = run.first.output["counts"]
    assert (counts["succeeded"], counts["failed"], counts["unread"]) == (4, 2, 0)
    assert (counts["failedBatches"], counts["batches"]) == (1, 2)
    assert [(row["item"], row["execution"]) for row in failures_of(run)] == [("t0", failed.arn), ("t1", failed.arn)]
    assert run.messages[-1].subject == "[dev] tables: 2 of 6 items failed, in 1 of 2 batches"


def test_a_list_of_one_failure_is_a_list():
    run = fan_out(tables(*names(3)), many(faults=[Fault("load")]), batch=3, jobs=[{"name": "load"}])
    assert [row["item"] for row in failures_of(run)] == ["t0", "t1", "t2"]
    run = fan_out(tables(*names(3)), many(faults=[Fault("load", 1)]), batch=3)
    assert [row["item"] for row in failures_of(run)] == [row["item"] for row in run.first.output["failures"]] == ["t0"]


@pytest.mark.parametrize(
    "keys",
    [
        {"item_name": "{% $item.table = 't1' ? $error('no name') : $item.table %}"},
        {"select": "{% $item.table = 't1' ? $error('no') : true %}"},
    ],
)
def test_an_error_outside_of_a_job_does_not_stop_the_other_items_of_the_batch(keys: dict[str, str]):
    run = fan_out(None, many(), items=[{"table": name} for name in names(3)], batch=3, **keys)
    assert {table for table, _, _ in runs_of(run)} == {"t0", "t2"}
    (failure,) = run.first.output["failures"]
    assert (failure["item"], failure["error"]) == ('{"table":"t1"}', "States.QueryEvaluationError")
    assert run.first.output["counts"]["failed"] == 1


def test_items_that_are_not_selected_are_skipped():
    run = fan_out(tables(*names(4)), many(), batch=2, select="{% $item.table = 't1' %}")
    assert {table for table, _, _ in runs_of(run)} == {"t1"}
    assert children_of(run)[0].output == {"items": [{"item": "t0", "skipped": True}, {"item": "t1", "jobCount": 2}]}


def test_the_cause_of_a_batch_in_which_everything_failed_fits():
    run = fan_out(
        {"items": [{"table": name * 40} for name in names(100)]},
        many(faults=[Fault("extract", 10_000, '"it" broke: ' + "x" * 300)]),
        batch=100,
    )
    (child,) = children_of(run)
    assert 10_000 < len(child.cause) < 32_768
    cause = json.loads(child.cause)
    assert (cause["failed"], cause["done"], len(cause["items"])) == (100, [0] * 100, 100)
    assert run.first.output["counts"]["failed"] == 100
    assert len(run.first.output["failures"]) == MOST_REPORTED


def test_a_list_that_is_not_complete_says_so():
    items = [{"table": name, "comment": "y" * 800} for name in names(200)]
    run = fan_out({"items": items}, many(faults=[Fault("extract")]), batch=2, max_concurrency=100)
    counts = run.first.output["counts"]
    assert counts["total"] == counts["succeeded"] + counts["failed"] + counts["unread"] + counts["pending"] == 200
    assert 100 < counts["failed"] < 200
    assert run.messages[-1].subject == (
        f"[dev] tables: at least {counts['failed']} of 200 items failed, in 100 of 100 batches"
    )
    assert f"and at least {counts['failed'] - MOST_REPORTED} more." in run.messages[-1].message
    assert run.first.history < 100


def test_tolerated_failures_count_all_items_of_a_batch():
    run = fan_out(tables(*names(9)), many(faults=[Fault("load", 1)]), batch=3, max_concurrency=1, tolerated_failures=1)
    counts = run.first.output["counts"]
    assert run.first.output["error"] == "States.ExceedToleratedFailureThreshold"
    assert (counts["succeeded"], counts["failed"], counts["pending"]) == (2, 1, 6)


def test_a_stopped_batch_counts_as_failed_with_all_its_items():
    run = fan_out(
        tables(*names(4)),
        many(faults=[Fault("extract", 1)], seconds={"load": 3_600.0}),
        batch=2,
        max_concurrency=2,
        tolerated_failures=0,
    )
    counts = run.first.output["counts"]
    assert counts["total"] == counts["succeeded"] + counts["failed"] + counts["unread"] + counts["pending"]
    assert sorted(child.status for child in children_of(run)) == ["ABORTED", "FAILED"]
    assert {row["item"] for row in failures_of(run)} >= {"t0"}


def test_a_resumed_execution_has_batches_too():
    rest = [
        {"item": {"table": "a"}, "done": 1},
        {"item": {"table": "b"}, "done": 0},
        {"item": {"table": "c"}, "done": 1},
    ]
    run = fan_out(
        {"remaining": {"bucket": BUCKET, "key": "rest.json"}},
        many(objects=objects(rest__json=json.dumps(rest))),
        batch=2,
        max_concurrency=1,
    )
    assert [(table, job) for table, job, _ in runs_of(run)] == [
        ("a", "load"),
        ("b", "extract"),
        ("b", "load"),
        ("c", "load"),
    ]
    assert (run.first.output["counts"]["succeeded"], run.first.output["counts"]["batches"]) == (3, 2)
