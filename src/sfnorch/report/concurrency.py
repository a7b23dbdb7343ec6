"""What Glue will do with jobs that a plan may start while a run of them goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sfnorch.integrations.glue_job import PATIENCE_SECONDS, QUEUE_MINUTES

if TYPE_CHECKING:
    from sfnorch.aws.glue_jobs import Concurrency
    from sfnorch.plan.side_by_side import SideBySide


def concurrency_lines(jobs: Iterable[SideBySide], known: Mapping[str, Concurrency]) -> Iterator[str]:
    """Yield a line for each job that may be started more often at once than Glue allows: what happens then.

    Nothing is said of jobs that Glue does not know.
    """
    for job in jobs:
        allowed = known.get(job.job)
        if allowed is None or job.at_once <= allowed.max_concurrent_runs:
            continue
        wanted = all(allowed.queuing if wish is None else wish for wish in job.queuing)
        yield (
            f"Glue job {job.job}: the plan may start {job.at_once} runs at once, MaxConcurrentRuns is "
            f"{allowed.max_concurrent_runs}: {_outcome(wanted=wanted, queues=allowed.queues)}"
        )


def _outcome(*, wanted: bool, queues: bool) -> str:
    """Return what happens to the runs on top, and what to do about it."""
    if wanted and queues:
        return f"Glue queues the others for at most {QUEUE_MINUTES} minutes, then they fail; raise MaxConcurrentRuns"
    refused = f"the start of the others is retried for about {PATIENCE_SECONDS // 60:.0f} minutes, then they fail"
    if wanted:
        return (
            f"{refused}, since Glue queues no runs of a job with MaxRetries or of the class FLEX; set MaxRetries to 0"
        )
    return f"{refused}; raise MaxConcurrentRuns, or write job_run_queuing: true"
