"""Warnings about jobs that a plan can start more often at once than Glue allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sfnorch.integrations.glue_job import PATIENCE_SECONDS, QUEUE_MINUTES

if TYPE_CHECKING:
    from sfnorch.aws.glue_jobs import Concurrency
    from sfnorch.plan.side_by_side import SideBySide


def concurrency_lines(jobs: Iterable[SideBySide], known: Mapping[str, Concurrency]) -> Iterator[str]:
    """Yield a warning for each job that the plan can start more often at once than Glue allows.

    Jobs that Glue does not have are skipped.
    """
    for job in jobs:
        allowed = known.get(job.job)
        if allowed is None or job.at_once <= allowed.max_concurrent_runs:
            continue
        wanted = all(allowed.queuing if wish is None else wish for wish in job.queuing)
        yield (
            f"Glue job {job.job}: the plan can start {job.at_once} runs at once, and MaxConcurrentRuns is "
            f"{allowed.max_concurrent_runs}: {_outcome(wanted=wanted, queues=allowed.queues)}"
        )


def _outcome(*, wanted: bool, queues: bool) -> str:
    """Return what happens to the runs above the limit, and the fix."""
    if wanted and queues:
        return f"Glue queues the others for at most {QUEUE_MINUTES} minutes, then they fail; raise MaxConcurrentRuns"
    refused = f"the start of the others is retried for about {PATIENCE_SECONDS // 60:.0f} minutes, then they fail"
    if wanted:
        return (
            f"{refused}, because Glue does not queue runs of a job with MaxRetries or of the class FLEX; "
            "set MaxRetries to 0"
        )
    return f"{refused}; raise MaxConcurrentRuns, or set job_run_queuing: true"
