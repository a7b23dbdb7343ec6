"""Warnings of `deploy` about the plan and about the concurrency of its Glue jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.aws.glue_jobs import Concurrency
    from sfnorch.aws.session import Session
    from sfnorch.console import Console
    from sfnorch.findings import Finding
    from sfnorch.plan.kinds import AnyPlan


def job_concurrency(plan: AnyPlan | None, session: Session) -> Mapping[str, Concurrency]:
    """Return the concurrency that Glue allows for each job that can have several runs at once, by the job's name."""
    from sfnorch.aws.glue_jobs import read_concurrency
    from sfnorch.plan.side_by_side import jobs_side_by_side

    names = [found.job for found in jobs_side_by_side(plan)] if plan else []
    return read_concurrency(session.glue, names) if names else {}


def print_plan_warnings(plan: AnyPlan | None, known: Future[Mapping[str, Concurrency]], console: Console) -> None:
    """Print the warnings about the plan, and about jobs that the plan can start more often at once than Glue allows.

    If Glue cannot be read, the reason and the warnings of `render` are printed instead.
    """
    for line in _lines(plan, known) if plan else ():
        console.print_words(f"warning: {line}", style="yellow")


def _lines(plan: AnyPlan, known: Future[Mapping[str, Concurrency]]) -> Iterator[Finding | str]:
    from sfnorch.aws.errors import explained
    from sfnorch.plan.side_by_side import jobs_side_by_side
    from sfnorch.plan.warnings import SIDE_BY_SIDE, plan_warnings
    from sfnorch.report.concurrency import concurrency_lines

    warnings = list(plan_warnings(plan, datetime.now(timezone.utc)))
    try:
        lines = list(concurrency_lines(jobs_side_by_side(plan), known.result()))
    except Exception as error:
        reason = explained(error)
        if reason is None:
            raise
        if any(warning.rule == SIDE_BY_SIDE for warning in warnings):
            yield f"Cannot read MaxConcurrentRuns of the Glue jobs: {reason.message}"
        yield from warnings
        return
    yield from (warning for warning in warnings if warning.rule != SIDE_BY_SIDE)
    yield from lines
