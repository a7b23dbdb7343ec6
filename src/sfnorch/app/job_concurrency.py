"""Warnings about jobs that a plan can start more often at once than Glue allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.errors import explain_error
from sfnorch.aws.glue_jobs import read_concurrency
from sfnorch.integrations.glue_job import PATIENCE_SECONDS, QUEUE_MINUTES
from sfnorch.plan.side_by_side import find_concurrent_jobs
from sfnorch.plan.warnings import CONCURRENT_JOB, find_plan_warnings

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

    from sfnorch.aws.glue_jobs import Concurrency
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.side_by_side import ConcurrentJob


def read_job_concurrency(plan: AnyPlan | None, client: GlueClient) -> Mapping[str, Concurrency]:
    """Return the concurrency that Glue allows for each job that can have several runs at once, by the job's name."""
    names = [found.job for found in find_concurrent_jobs(plan)] if plan else []
    return read_concurrency(client, names) if names else {}


def warn_of_plan(plan: AnyPlan, read: Callable[[], Mapping[str, Concurrency]], now: datetime) -> Iterator[str]:
    """Yield the warnings about the plan, and about jobs that the plan can start more often at once than Glue allows.

    `read` returns the concurrency of the jobs. If Glue cannot be read, the reason and the warnings of a rendering are
    yielded instead.
    """
    warnings = list(find_plan_warnings(plan, now))
    try:
        lines = list(list_concurrency_warnings(find_concurrent_jobs(plan), read()))
    except Exception as error:
        reason = explain_error(error)
        if reason is None:
            raise
        if any(warning.rule == CONCURRENT_JOB for warning in warnings):
            yield f"Cannot read MaxConcurrentRuns of the Glue jobs: {reason.message}"
        yield from map(str, warnings)
        return
    yield from (str(warning) for warning in warnings if warning.rule != CONCURRENT_JOB)
    yield from lines


def list_concurrency_warnings(jobs: Iterable[ConcurrentJob], known: Mapping[str, Concurrency]) -> Iterator[str]:
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
            f"{allowed.max_concurrent_runs}: {_describe_outcome(wanted=wanted, queues=allowed.queues)}"
        )


def _describe_outcome(*, wanted: bool, queues: bool) -> str:
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
