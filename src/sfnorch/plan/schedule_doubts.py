"""What a user may not expect of a plan's schedule: a start that daylight saving leaves out, no start that is left.

It depends on the day, so it is a warning and not an error: a plan that is valid stays valid.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from sfnorch.findings import Finding, Severity

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

_PATH = ("schedule", "expression")


def schedule_doubts(plan: AnyPlan, file: FilePath | None, now: datetime) -> list[Finding]:
    """Return warnings about the plan's schedule, with their line in the file that the plan was read from."""
    schedule = getattr(plan, "schedule", None)
    if schedule is None:
        return []
    from sfnorch.schedules.expressions import read_expression
    from sfnorch.schedules.starts import look_ahead

    expression = read_expression(schedule.expression).expression
    doubts = look_ahead(expression, schedule.timezone, now).doubts if expression else ()
    if not doubts:
        return []
    name, line = str(file or "plan"), _line(file)
    return [
        Finding(
            rule="plan",
            severity=Severity.WARNING,
            file=name,
            line=line,
            path="schedule",
            message=doubt.message,
            hint=doubt.fix,
        )
        for doubt in doubts
    ]


def _line(file: FilePath | None) -> int | None:
    """Return the line of the schedule in the file; None where the file cannot be read a second time, as a pipe."""
    if file is None or not file.is_file():
        return None
    from sfnorch.plan.read import read_document

    lines = read_document(file).lines
    return lines.get(_PATH) or lines.get(_PATH[:1])
