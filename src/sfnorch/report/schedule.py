"""The next start times of a schedule, as text and as data."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from rich.tree import Tree

from sfnorch.console import Console, Text
from sfnorch.durations import format_iso_time
from sfnorch.json_values import write_compact
from sfnorch.schedules.expressions import Expression, read_expression
from sfnorch.schedules.rates import RateExpression
from sfnorch.schedules.starts import StartPreview, compute_outlook
from sfnorch.schedules.zones import UTC
from sfnorch.workflow import EventStart, ExecutionSchedule, ScheduledStart, Workflow

if TYPE_CHECKING:
    from sfnorch.documents.templates import ScheduleData, StartData

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def convert_schedule(schedule: ExecutionSchedule, now: datetime) -> ScheduleData:
    """Return the schedule as data: its next three start times, local and in UTC, and warnings; a rate has seconds."""
    expression, outlook = _compute_outlook(schedule, now)
    return {
        "expression": schedule.expression,
        "timezone": schedule.timezone,
        "everySeconds": expression.seconds if isinstance(expression, RateExpression) else None,
        "starts": [
            {"local": format_iso_time(start), "utc": format_iso_time(start.astimezone(timezone.utc))}
            for start in outlook.starts
        ],
        "warnings": [{"message": doubt.message, "hint": doubt.fix} for doubt in outlook.doubts],
    }


def convert_starts(workflow: Workflow, now: datetime) -> list[StartData]:
    """Return the further starts as data: the schedule or the event pattern of each."""
    return [
        {
            "name": start.name,
            "schedule": convert_schedule(start.schedule, now) if isinstance(start, ScheduledStart) else None,
            "event": dict(start.pattern) if isinstance(start, EventStart) else None,
        }
        for start in workflow.starts
    ]


def print_starts(workflow: Workflow, now: datetime, console: Console) -> None:
    """Print what starts the orchestration, schedules with their next start times and events, and its deadlines."""
    if workflow.schedule:
        print_schedule(workflow.schedule, now, console)
    for start in workflow.starts:
        match start:
            case ScheduledStart():
                print_schedule(start.schedule, now, console, f"start {start.name}")
            case EventStart():
                pattern = write_compact(start.pattern)
                console.print(Text.assemble((f"start {start.name}:", "bold"), f" events that match {pattern}"))
    for deadline in workflow.deadlines:
        alarm = deadline.alarm
        console.print(Text.assemble((f"alarm STACK-{alarm.name.suffix}:", "bold"), f" {alarm.description}"))


def print_schedule(schedule: ExecutionSchedule, now: datetime, console: Console, what: str = "schedule") -> None:
    """Print the schedule with its next three start times, in its time zone and in UTC, and warnings."""
    expression, outlook = _compute_outlook(schedule, now)
    tree = Tree(Text.assemble((f"{what}:", "bold"), f" {schedule.expression}, {schedule.timezone}"))
    if isinstance(expression, RateExpression):
        tree.add(Text(f"starts when the stack is deployed, then every {expression}"))
    for start in outlook.starts:
        utc = _format_time(start.astimezone(timezone.utc), UTC)
        tree.add(Text(utc if schedule.timezone == UTC else f"{_format_time(start, schedule.timezone)}, {utc}"))
    for doubt in outlook.doubts:
        tree.add(Text(f"{doubt.message}; {doubt.fix}", style="yellow"))
    console.print(tree)


def _compute_outlook(schedule: ExecutionSchedule, now: datetime) -> tuple[Expression, StartPreview]:
    expression = read_expression(schedule.expression).expression
    assert expression is not None  # noqa: S101 - the plan rejects invalid expressions
    return expression, compute_outlook(expression, schedule.timezone, now)


def _format_time(time: datetime, zone_name: str) -> str:
    seconds = f":{time:%S}" if time.second else ""
    return f"{_DAYS[time.weekday()]} {time:%Y-%m-%d %H:%M}{seconds} {zone_name}"
