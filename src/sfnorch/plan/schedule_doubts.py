"""Warnings about a plan's schedules: a start that daylight saving time skips, or a schedule without future starts.

They depend on the day. They are warnings, so that a valid plan stays valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.findings import Finding

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.models.schedule import Schedule
    from sfnorch.plan.paths import Path

SCHEDULE = "schedule"
"""The rule of these warnings, and the key of the plan."""


def find_schedule_doubts(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield the warnings about the plan's schedules at that time."""
    for path, schedule in _list_schedules(plan):
        from sfnorch.schedules.expressions import read_expression  # for plans with a schedule only
        from sfnorch.schedules.starts import compute_outlook

        expression = read_expression(schedule.expression).expression
        inner = (*path, "expression")
        place = inner if inner in plan.places.by_path else path
        for doubt in compute_outlook(expression, schedule.timezone, now).doubts if expression else ():
            yield plan.places.create_warning(SCHEDULE, place, doubt.message, doubt.fix)


def _list_schedules(plan: AnyPlan) -> Iterator[tuple[Path, Schedule]]:
    """Yield the schedule of the plan and those of its starts, each with its path."""
    if plan.pattern == "dynamic":
        return
    if plan.schedule is not None:
        yield (SCHEDULE,), plan.schedule
    for index, start in enumerate(plan.starts):
        if start.schedule is not None:
            yield ("starts", index, SCHEDULE), start.schedule
