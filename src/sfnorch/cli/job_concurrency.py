"""What `deploy` says of a plan that works and may not be meant, where Glue knows more of its jobs."""

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
    """Return what Glue allows of each job that the plan may start several times at once; Glue is asked of no other."""
    from sfnorch.aws.glue_jobs import read_concurrency
    from sfnorch.plan.side_by_side import jobs_side_by_side

    names = [found.job for found in jobs_side_by_side(plan)] if plan else []
    return read_concurrency(session.glue, names) if names else {}


def print_plan_warnings(plan: AnyPlan | None, known: Future[Mapping[str, Concurrency]], console: Console) -> None:
    """Print the warnings about the plan, and what Glue will do with jobs that run side by side.

    Where Glue can't be asked, it prints why, and the warnings that `render` prints.
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
            yield f"MaxConcurrentRuns of the Glue jobs can't be read: {reason.message}"
        yield from warnings
        return
    yield from (warning for warning in warnings if warning.rule != SIDE_BY_SIDE)
    yield from lines
