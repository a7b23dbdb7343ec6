"""Warnings about jobs that a plan can start more often at once than Glue allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.errors import explain_error
from sfnorch.aws.glue_jobs import read_concurrency
from sfnorch.aws.service_quotas import JOB_RUN_QUOTA_CODE, read_job_run_quota
from sfnorch.integrations.glue_job import PATIENCE_SECONDS, QUEUE_MINUTES
from sfnorch.plan.item_chains import count_all_concurrent_items, list_item_chains
from sfnorch.plan.side_by_side import find_concurrent_jobs
from sfnorch.plan.warnings import CONCURRENT_JOB, JOB_RUN_QUOTA, find_plan_warnings

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

    from sfnorch.aws.glue_jobs import Concurrency
    from sfnorch.aws.service_quotas import QuotaReader
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.side_by_side import ConcurrentJob


def read_job_concurrency(plan: AnyPlan | None, client: GlueClient) -> Mapping[str, Concurrency]:
    """Return the concurrency that Glue allows for each job that can have several runs at once, by the job's name."""
    names = [found.job for found in find_concurrent_jobs(plan)] if plan else []
    return read_concurrency(client, names) if names else {}


def read_plan_quota(plan: AnyPlan | None, connect: Callable[[], QuotaReader]) -> int | None:
    """Return the account's quota of concurrent Glue job runs; None if it cannot be read.

    It is read only for a plan with items that run at the same time.
    """
    return read_job_run_quota(connect()) if plan and count_all_concurrent_items(plan) > 1 else None


def warn_of_plan(
    plan: AnyPlan,
    read: Callable[[], Mapping[str, Concurrency]],
    now: datetime,
    read_quota: Callable[[], int | None] = lambda: None,
) -> Iterator[str]:
    """Yield the warnings about the plan, and about jobs that the plan can start more often at once than Glue allows.

    `read` returns the concurrency of the jobs. If Glue cannot be read, the reason and the warnings of a rendering are
    yielded instead. `read_quota` returns the account's quota of concurrent job runs; None if it is not known.
    """
    quota = read_quota()
    warnings = [found for found in find_plan_warnings(plan, now) if quota is None or found.rule != JOB_RUN_QUOTA]
    items, is_single = count_all_concurrent_items(plan), len(list_item_chains(plan)) == 1
    try:
        known = read()
    except Exception as error:
        reason = explain_error(error)
        if reason is None:
            raise
        if any(warning.rule == CONCURRENT_JOB for warning in warnings):
            yield f"Cannot read MaxConcurrentRuns of the Glue jobs: {reason.message}"
        yield from map(str, warnings)
        yield from _list_quota_warnings(items, quota, quota if is_single else None)
        return
    proposed = propose_concurrency(known.values(), quota) if is_single else None
    yield from (str(warning) for warning in warnings if warning.rule != CONCURRENT_JOB)
    yield from _list_quota_warnings(items, quota, proposed)
    yield from list_concurrency_warnings(find_concurrent_jobs(plan), known, proposed)


def propose_concurrency(known: Iterable[Concurrency], quota: int | None) -> int | None:
    """Return the largest max_concurrency of a fan-out with which Glue starts each job at once; None if it is unknown.

    An item runs one job at a time. `known` is the concurrency of the jobs, `quota` that of the account.
    """
    limits = [job.max_concurrent_runs for job in known]
    return min([*limits, quota] if quota else limits, default=None)


def _list_quota_warnings(items: int, quota: int | None, proposed: int | None) -> Iterator[str]:
    """Yield a warning if this number of items, which run at the same time, exceeds the account's quota of job runs."""
    if quota and items > quota:
        lower = "lower max_concurrency of children" if proposed is None else f"set max_concurrency: {proposed}"
        yield (
            f"up to {items:,} items run a Glue job at the same time, and the account can have {quota:,} concurrent "
            f"job runs: {lower}, or raise the quota {JOB_RUN_QUOTA_CODE} of Glue"
        )


def list_concurrency_warnings(
    jobs: Iterable[ConcurrentJob], known: Mapping[str, Concurrency], proposed: int | None = None
) -> Iterator[str]:
    """Yield a warning for each job that the plan can start more often at once than Glue allows.

    Jobs that Glue does not have are skipped. `proposed` is a max_concurrency for a fan-out.
    """
    other = "" if proposed is None else f", or set max_concurrency: {proposed}"
    for job in jobs:
        allowed = known.get(job.job)
        if allowed is None or job.at_once <= allowed.max_concurrent_runs:
            continue
        wanted = all(allowed.queuing if wish is None else wish for wish in job.queuing)
        yield (
            f"Glue job {job.job}: the plan can start {job.at_once} runs at once, and MaxConcurrentRuns is "
            f"{allowed.max_concurrent_runs}: {_describe_outcome(wanted=wanted, queues=allowed.queues)}{other}"
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
