"""Warnings about a plan's schedule: a start that daylight saving time skips, or a schedule without future starts.

They depend on the day. They are warnings, so that a valid plan stays valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.findings import Finding

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.paths import Path

SCHEDULE = "schedule"
"""The rule of these warnings, and the key of the plan."""


def find_schedule_doubts(plan: AnyPlan, now: datetime) -> Iterator[Finding]:
    """Yield the warnings about the plan's schedule at that time."""
    schedule = getattr(plan, SCHEDULE, None)
    if schedule is None:
        return
    from sfnorch.schedules.expressions import read_expression
    from sfnorch.schedules.starts import compute_outlook

    expression = read_expression(schedule.expression).expression
    path: Path = (SCHEDULE, "expression")
    path = path if path in plan.places.lines else (SCHEDULE,)
    for doubt in compute_outlook(expression, schedule.timezone, now).doubts if expression else ():
        yield plan.places.create_warning(SCHEDULE, path, doubt.message, doubt.fix)
