"""What a plan says that works, and may still not be meant: a warning each, with its line and what to do.

Each check takes a plan and the time, and yields findings; `plan_warnings` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.findings import Finding
from sfnorch.plan.consistency import show
from sfnorch.plan.side_by_side import SideBySide, jobs_side_by_side

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

SIDE_BY_SIDE = "job-side-by-side"
"""The rule of warnings about jobs that run side by side with themselves, of which Glue knows more."""

_MOST_PLACES = 5


def plan_warnings(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield each warning about the plan at that time, in the order of the checks."""
    for check in _CHECKS:
        yield from check(plan, now)


def _side_by_side(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield a warning for each Glue job that may run side by side with itself, unless Glue queues all these runs."""
    for found in jobs_side_by_side(plan):
        if found.queuing == {True}:
            continue
        run = "run" if len(found.places) > 1 else "runs"
        how = "for several items at once" if found.items else "side by side"
        how = f"side by side, or {how}" if found.items and len(found.places) > 1 else how
        yield plan.places.warning(
            SIDE_BY_SIDE,
            found.places[0],
            f"the Glue job {found.job!r} may run {found.at_once} times at once: {_places(found)} {run} {how}, "
            "and Glue allows one run of a job at a time unless its MaxConcurrentRuns is higher",
            "raise MaxConcurrentRuns of the job, write job_run_queuing: true, or run them one after another",
        )


def _places(found: SideBySide) -> str:
    """Return the places as a list in words, cut where there are many."""
    shown = [show(place) for place in found.places]
    if len(shown) > _MOST_PLACES:
        shown[_MOST_PLACES - 1 :] = [f"{len(shown) - _MOST_PLACES + 1} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _schedule(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield warnings about the plan's schedule, where it has one: what reads schedules is loaded for it alone."""
    if getattr(plan, "schedule", None) is not None:
        from sfnorch.plan.schedule_doubts import schedule_doubts

        yield from schedule_doubts(plan, now)


_CHECKS: tuple[Callable[[AnyPlan, datetime], Iterator[Finding]], ...] = (_side_by_side, _schedule)
