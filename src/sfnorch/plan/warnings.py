"""Warnings about a valid plan that may not do what its author expects, each with its line and a fix.

Each check gets a plan and the time, and yields findings. `find_plan_warnings` runs all checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.calls.quotas import MAX_JOB_RUNS
from sfnorch.findings import Finding
from sfnorch.naming import name_parameter_default
from sfnorch.plan.item_chains import count_all_concurrent_items, count_concurrent_items, list_item_chains
from sfnorch.plan.paths import format_path
from sfnorch.plan.side_by_side import ConcurrentJob, find_concurrent_jobs

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

CONCURRENT_JOB = "job-side-by-side"
"""The rule of warnings about Glue jobs that can have concurrent runs."""

BACKFILL_EXCLUDED = "backfill-excluded"
"""The rule of warnings about backfills whose runs exclude each other."""

REQUIRED_PARAMETER = "required-parameter"
"""The rule of warnings about scheduled runs without a value for a required parameter."""

JOB_RUN_QUOTA = "job-run-quota"
"""The rule of warnings about items that run more Glue jobs at the same time than an account may."""

BATCH_FAILURES = "batch-failures"
"""The rule of warnings about tolerated failures of items that share a child execution."""

_MOST_PLACES = 5


def find_plan_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield all warnings about the plan at that time, in the order of the checks."""
    for check in _CHECKS:
        yield from check(plan, now)


def _find_concurrent_job_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield a warning for each Glue job that can have concurrent runs, unless Glue queues all of them."""
    for found in find_concurrent_jobs(plan):
        if found.queuing == {True}:
            continue
        run = "run" if len(found.places) > 1 else "runs"
        how = "for several items at once" if found.items else "in parallel"
        how = f"in parallel, or {how}" if found.items and len(found.places) > 1 else how
        yield plan.places.create_warning(
            CONCURRENT_JOB,
            found.places[0],
            f"the Glue job {found.job!r} can have {found.at_once} concurrent runs: {_format_places(found)} {run} {how}"
            ", and Glue allows one run of a job at a time unless its MaxConcurrentRuns is higher",
            "raise MaxConcurrentRuns of the job, set job_run_queuing: true, or run them in sequence",
        )


def _find_quota_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield a warning if the items of the plan run more jobs at the same time than Glue's default quota."""
    items, chains = count_all_concurrent_items(plan), list_item_chains(plan)
    lower = (
        f"set max_concurrency to {MAX_JOB_RUNS} or less" if len(chains) == 1 else "lower max_concurrency of children"
    )
    if items > MAX_JOB_RUNS:
        yield plan.places.create_warning(
            JOB_RUN_QUOTA,
            (*max(chains, key=lambda path: count_concurrent_items(chains[path])), "max_concurrency"),
            f"up to {items:,} items run a Glue job at the same time, and by default an account can have {MAX_JOB_RUNS} "
            "concurrent job runs",
            f"{lower}, or raise the quota of Glue",
        )


def _find_batch_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield a warning if failures of items in batches are limited: a failed item counts as its whole batch."""
    for path, chain in list_item_chains(plan).items():
        if chain.batch and chain.tolerated_failures != "100%":
            yield plan.places.create_warning(
                BATCH_FAILURES,
                (*path, "tolerated_failures"),
                f"Step Functions counts all items of a batch as failed if one of them failed: with batch: "
                f"{chain.batch}, one failed item counts as {chain.batch}",
                "raise tolerated_failures accordingly, or remove batch",
            )


def _format_places(found: ConcurrentJob) -> str:
    """Return the places as text: all of them, or the first ones and the number of the others."""
    shown = [format_path(place) for place in found.places]
    if len(shown) > _MOST_PLACES:
        shown[_MOST_PLACES - 1 :] = [f"{len(shown) - _MOST_PLACES + 1} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _find_schedule_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield the warnings about the plan's schedules. The modules that read schedules are imported only if needed."""
    if plan.pattern != "dynamic" and (plan.schedule is not None or plan.starts):
        from sfnorch.plan.schedule_doubts import find_schedule_doubts

        yield from find_schedule_doubts(plan, now)


def _find_parameter_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield a warning for each required parameter that the plan's schedule gives no value."""
    if plan.pattern == "dynamic" or plan.schedule is None:
        return
    for name in (name for name, declared in plan.parameters.items() if declared.is_required):
        yield plan.places.create_warning(
            REQUIRED_PARAMETER,
            ("schedule",),
            f"a scheduled run has no value for the required parameter {name!r}, and fails with InvalidInput unless the "
            f"stack parameter {name_parameter_default(name)} has one",
            "give it a default, or move the schedule to starts and add params",
        )


def _find_backfill_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield a warning if the runs of a backfill, which start at the same time, skip each other or fail."""
    overlap = plan.overlap
    if overlap is None or overlap.mode not in ("skip", "fail") or overlap.per or not getattr(plan, "backfill", False):
        return
    ending = "are skipped" if overlap.mode == "skip" else "fail"
    yield plan.places.create_warning(
        BACKFILL_EXCLUDED,
        ("overlap",),
        f"a backfill with --parallel has several runs at the same time, and all but one {ending}",
        "add per with the parameter of the date, or use the mode wait",
    )


_CHECKS: tuple[Callable[[AnyPlan, datetime], Iterator[Finding]], ...] = (
    _find_concurrent_job_warnings,
    _find_quota_warnings,
    _find_batch_warnings,
    _find_schedule_warnings,
    _find_parameter_warnings,
    _find_backfill_warnings,
)
