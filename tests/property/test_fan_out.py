"""Fan-outs, simulated: whatever fails, each item is on its own, the counts add up, and a resume runs exactly the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.record import Run
from tests.unit.patterns.fan_outs import BUCKET, children_of, fan_out, jobs_of, objects

pytestmark = pytest.mark.slow

JOBS = ("extract", "transform", "load")

fates = st.lists(st.sampled_from([None, *range(len(JOBS))]), min_size=1, max_size=12)
"""For each item the number of the job that fails; None for an item that succeeds."""


def play(items: list[dict[str, Any]], at_once: int, start: dict[str, Any] | None = None, **keys: Any) -> Run:
    """The run of the items; a job fails for the items that name its number as `broken`."""
    jobs = [
        {
            "name": job,
            "arguments": {"--item": f"{{% $item.broken = {index} ? $error('broken') : $item.table %}}"},
        }
        for index, job in enumerate(JOBS)
    ]
    rest = keys.pop("rest", None)
    content = {} if rest is None else objects(rest__json=json.dumps(rest))
    behaviour = Behaviour(concurrent_runs={"*": 100}, objects=content, seconds={"transform": 90.0})
    return fan_out(start or {"items": items}, behaviour, jobs=jobs, max_concurrency=at_once, **keys)


def items_of(broken: list[int | None]) -> list[dict[str, Any]]:
    return [{"table": f"t{index}", "broken": -1 if job is None else job} for index, job in enumerate(broken)]


@given(fates, st.integers(1, 5))
def test_each_item_runs_its_jobs_once_in_order_and_no_failure_changes_another_item(
    broken: list[int | None], at_once: int
):
    run = play(items_of(broken), at_once)
    for index, job in enumerate(broken):
        wanted = JOBS if job is None else JOBS[:job]
        assert jobs_of(run, f"t{index}") == [(name, "SUCCEEDED") for name in wanted]
    statuses = [child.status for child in children_of(run)]
    assert statuses == ["SUCCEEDED" if job is None else "FAILED" for job in broken]


@given(fates, st.integers(1, 5))
def test_the_counts_add_up_and_the_failures_are_those_of_the_items(broken: list[int | None], at_once: int):
    run = play(items_of(broken), at_once)
    output = run.first.output
    failed = [(f"t{index}", JOBS[job]) for index, job in enumerate(broken) if job is not None]
    assert output["counts"] == {
        "total": len(broken),
        "succeeded": len(broken) - len(failed),
        "failed": len(failed),
        "pending": 0,
    }
    assert [(row["item"], row["job"]) for row in output["failures"]] == failed
    assert (run.first.status, run.first.history < 100) == ("SUCCEEDED", True)


@given(fates, st.integers(1, 5))
def test_a_resumed_run_runs_exactly_the_rest(broken: list[int | None], at_once: int):
    items = items_of(broken)
    first = play(items, at_once)
    failed = [child for child in children_of(first) if child.status == "FAILED"]
    rest = [
        {"item": {**child.input["item"], "broken": -1}, "done": json.loads(child.cause)["done"]} for child in failed
    ]
    start = {"remaining": {"bucket": BUCKET, "key": "rest.json"}, "run": {**first.first.output["run"], "attempt": 2}}
    second = play(items, at_once, start, rest=rest)
    assert second.first.output["counts"] == {"total": len(rest), "succeeded": len(rest), "failed": 0, "pending": 0}
    assert second.first.output["run"]["attempt"] == 2
    ran = {child.item: jobs_of(first, child.item) for child in children_of(first)}
    for child in children_of(second):
        ran[child.item] += jobs_of(second, child.item)
    assert all(jobs == [(name, "SUCCEEDED") for name in JOBS] for jobs in ran.values())


def ran_by_item(run: Run) -> dict[str, list[tuple[str, str]]]:
    """The job runs of each item in their order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in sorted(run.job_runs, key=lambda job: job.started):
        found.setdefault(each.arguments["--item"], []).append((each.job, each.status))
    return found


@settings(max_examples=50)
@given(fates, st.integers(1, 5), st.integers(2, 5))
def test_items_of_batches_run_like_items_alone(broken: list[int | None], at_once: int, batch: int):
    run = play(items_of(broken), at_once, batch=batch)
    wanted = {f"t{index}": JOBS if job is None else JOBS[:job] for index, job in enumerate(broken)}
    assert ran_by_item(run) == {
        item: [(name, "SUCCEEDED") for name in names] for item, names in wanted.items() if names
    }
    output, failed = run.first.output, [(f"t{i}", JOBS[job]) for i, job in enumerate(broken) if job is not None]
    sizes = range(0, len(broken), batch)
    bad = sum(any(job is not None for job in broken[begin : begin + batch]) for begin in sizes)
    assert output["counts"] == {
        "total": len(broken),
        "succeeded": len(broken) - len(failed),
        "failed": len(failed),
        "pending": 0,
        "unread": 0,
        "batches": len(sizes),
        "failedBatches": bad,
    }
    assert [(row["item"], row["job"]) for row in output["failures"]] == failed
    assert run.first.history < 100
    at = sorted((each.started, each.ended or 0.0) for each in run.job_runs)
    assert all(sum(begin <= one < end for begin, end in at) <= at_once for one, _ in at)


@settings(max_examples=50)
@given(fates, st.integers(1, 5), st.integers(2, 5), st.integers(0, 12))
def test_batches_and_a_limit_of_failures_count_every_item(
    broken: list[int | None], at_once: int, batch: int, tolerated: int
):
    counts = play(items_of(broken), at_once, batch=batch, tolerated_failures=tolerated).first.output["counts"]
    assert counts["succeeded"] + counts["failed"] + counts["unread"] + counts["pending"] == counts["total"]


@given(fates, st.integers(1, 5))
def test_no_more_items_run_at_the_same_time_than_the_plan_allows(broken: list[int | None], at_once: int):
    run = play(items_of(broken), at_once)
    children = children_of(run)
    for child in children:
        together = [each for each in children if each.started <= child.started < (each.ended or 0.0)]
        assert len(together) <= at_once


@given(fates, st.integers(0, 12), st.integers(1, 3))
def test_a_limit_of_failures_ends_the_run_and_every_item_is_counted(
    broken: list[int | None], tolerated: int, at_once: int
):
    run = play(items_of(broken), at_once, tolerated_failures=tolerated)
    counts = run.first.output["counts"]
    assert counts["succeeded"] + counts["failed"] + counts["pending"] == counts["total"] == len(broken)
    is_exceeded = sum(job is not None for job in broken) > tolerated
    assert (run.first.output.get("error") == "States.ExceedToleratedFailureThreshold") == is_exceeded
    if not is_exceeded:
        assert counts["pending"] == 0
