"""What is said of jobs that a plan may start more often at once than Glue allows."""

from __future__ import annotations

import pytest

from sfnorch.app.job_concurrency import list_concurrency_warnings
from sfnorch.aws.glue_jobs import Concurrency
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
