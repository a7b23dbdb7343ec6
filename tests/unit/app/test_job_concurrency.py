"""What is said of jobs that a plan may start more often at once than Glue allows."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from sfnorch.app.deployment.job_concurrency import list_concurrency_warnings, read_plan_quota, warn_of_plan
from sfnorch.aws.glue_jobs import Concurrency
from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.side_by_side import ConcurrentJob

RETRIED = "the start of the others is retried for about 10 minutes, then they fail"
QUEUED = "Glue queues the others for at most 15 minutes, then they fail; raise MaxConcurrentRuns"
NO_QUEUE = "because Glue does not queue runs of a job with MaxRetries or of the class FLEX; set MaxRetries to 0"


@pytest.mark.parametrize(
    ("at_once", "queuing", "allowed", "outcome"),
    [
        (2, {None}, Concurrency(max_concurrent_runs=2), None),
        (3, {True}, Concurrency(max_concurrent_runs=5), None),
        (2, {None}, None, None),
        (2, {None}, Concurrency(max_concurrent_runs=1), f"{RETRIED}; raise MaxConcurrentRuns, or set job_run_queuing: true"),
        (3, {True}, Concurrency(max_concurrent_runs=1), QUEUED),
        (3, {None}, Concurrency(max_concurrent_runs=1, queuing=True), QUEUED),
        (3, {None, True}, Concurrency(max_concurrent_runs=1, queuing=True), QUEUED),
        (3, {None, True}, Concurrency(max_concurrent_runs=1), f"{RETRIED}; raise MaxConcurrentRuns, or set job_run_queuing: true"),
        (3, {False}, Concurrency(max_concurrent_runs=1, queuing=True), f"{RETRIED}; raise MaxConcurrentRuns, or set job_run_queuing: true"),
        (2, {True}, Concurrency(max_concurrent_runs=1, queues=False), f"{RETRIED}, {NO_QUEUE}"),
    ],
)  # fmt: skip
def test_what_will_happen(at_once: int, queuing: set[bool | None], allowed: Concurrency | None, outcome: str | None):
    job = ConcurrentJob(job="x", places=((),), at_once=at_once, queuing=frozenset(queuing))
    most = allowed.max_concurrent_runs if allowed else 0
    lines = list(list_concurrency_warnings([job], {"x": allowed} if allowed else {}))
    said = f"Glue job x: the plan can start {at_once} runs at once, and MaxConcurrentRuns is {most}: {outcome}"
    assert lines == ([said] if outcome else [])


FAN_OUT = "pattern: fan-out\nitems: input\nmax_concurrency: {}\njobs: [{{name: x, job_run_queuing: true}}]\n"
NOW = datetime(2026, 11, 5, tzinfo=timezone.utc)
BY_DEFAULT = (
    "max_concurrency: up to 250 items run a Glue job at the same time, and by default an account can have 200 concurrent job "
    "runs; set max_concurrency to 200 or less, or raise the quota of Glue (plan.yaml, line 3)"
)


def too_many(items: int, proposed: int) -> str:
    return (
        f"up to {items} items run a Glue job at the same time, and the account can have 30 concurrent job runs: set "
        f"max_concurrency: {proposed}, or raise the quota L-5E4153CA of Glue"
    )


def warn(concurrency: int, known: dict[str, Concurrency], quota: int | None) -> list[str]:
    plan = parse_plan(FAN_OUT.format(concurrency), file="plan.yaml")
    return list(warn_of_plan(plan, lambda: known, NOW, lambda: quota))


@pytest.mark.parametrize(
    ("items", "job_runs", "quota", "lines"),
    [
        (250, 1000, None, [BY_DEFAULT]),
        (250, 1000, 250, []),
        (
            250,
            1000,
            30,
            [
                too_many(250, 30)
            ],
        ),
        (20, 8, 30, [f"Glue job x: the plan can start 20 runs at once, and MaxConcurrentRuns is 8: {QUEUED}, or set max_concurrency: 8"]),
        (
            50,
            8,
            30,
            [
                too_many(50, 8),
                f"Glue job x: the plan can start 50 runs at once, and MaxConcurrentRuns is 8: {QUEUED}, or set max_concurrency: 8",
            ],
        ),
    ],
)  # fmt: skip
def test_a_concurrency_of_items_is_proposed(items: int, job_runs: int, quota: int | None, lines: list[str]):
    assert warn(items, {"x": Concurrency(max_concurrent_runs=job_runs)}, quota) == lines


def test_the_quota_is_told_where_glue_does_not_tell():
    def refuse() -> dict[str, Concurrency]:
        raise SfnorchError("not allowed")

    plan = parse_plan(FAN_OUT.format(250), file="plan.yaml")
    assert list(warn_of_plan(plan, refuse, NOW, lambda: 30)) == [too_many(250, 30)]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (FAN_OUT.format(2), True),
        (FAN_OUT.format(1), False),
        ("pattern: master-child\nchildren: [{jobs: [a]}]\n", False),
    ],
)
def test_the_quota_is_read_for_items_that_run_at_the_same_time(text: str, asked: bool):
    class Quotas:
        def get_service_quota(self, **_: str) -> dict[str, dict[str, float]]:
            return {"Quota": {"Value": 30.0}}

    assert read_plan_quota(parse_plan(text, file="plan.yaml"), Quotas) == (30 if asked else None)
