"""The deadlines of a plan: for the main state machine and for children, and the windows in which alarms are muted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from hashlib import sha256
from typing import TYPE_CHECKING

from sfnorch.durations import format_duration
from sfnorch.plan.run_context import find_time_zone
from sfnorch.schedules.cron import CronExpression
from sfnorch.schedules.deadlines import LONGEST_WINDOW, QuietDays, compute_window, count_seconds, find_daily_start
from sfnorch.schedules.expressions import read_expression
from sfnorch.workflow import Alarm, Deadline, MuteWindow, StackName, StateMachine, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyChild, AnyPlan
    from sfnorch.plan.models.deadlines import MuteWindow as PlannedMute
    from sfnorch.plan.models.schedule import Schedule


def add_deadlines(plan: AnyPlan, workflow: Workflow) -> Workflow:
    """Return the workflow with the deadlines of the plan and of its children, and with its mute windows."""
    schedule = None if plan.pattern == "dynamic" else plan.schedule
    deadlines: list[Deadline] = []
    quiet: dict[QuietDays, list[str]] = {}
    for machine, timed in _list_timed(plan, workflow):
        deadline, days = _build_deadline(machine, timed, schedule)
        deadlines.append(deadline)
        for each in days:
            quiet.setdefault(each, []).append(machine.key)
    keys = tuple(deadline.machine for deadline in deadlines)
    place = schedule.timezone if schedule else find_time_zone(plan)
    return workflow._replace(
        deadlines=tuple(deadlines),
        mute_windows=(
            *(_build_quiet_window(days, machines, place) for days, machines in quiet.items()),
            *dict.fromkeys(_build_window(window, keys, place) for window in plan.mute),
        ),
    )


def _list_timed(plan: AnyPlan, workflow: Workflow) -> Iterator[tuple[StateMachine, AnyPlan | AnyChild]]:
    """Yield each state machine that has a deadline, and the plan or the child with it."""
    children: Sequence[AnyChild] = plan.children if plan.pattern == "master-child" else ()
    for machine, timed in zip(workflow.machines, (plan, *children), strict=False):
        if timed.max_duration or getattr(timed, "deadline", None):
            yield machine, timed


def _build_deadline(
    machine: StateMachine, timed: AnyPlan | AnyChild, schedule: Schedule | None
) -> tuple[Deadline, tuple[QuietDays, ...]]:
    """Return the deadline of the state machine, and the days of its schedule without one."""
    name = StackName(f"{machine.alarm.name.suffix.removesuffix('-failed')}-deadline")
    expression = read_expression(schedule.expression).expression if schedule else None
    start = find_daily_start(expression) if expression else None
    clock: str | None = getattr(timed, "deadline", None)
    seconds = timed.max_duration or 0
    if clock and start:
        seconds = count_seconds(start, time.fromisoformat(clock))
    if schedule is None or start is None or not isinstance(expression, CronExpression) or seconds > LONGEST_WINDOW:
        text = f"An execution of {machine.name} took longer than {format_duration(seconds)}"
        return Deadline(machine.key, Alarm(name, text), seconds), ()
    limit = (
        f"{clock} {schedule.timezone}"
        if clock
        else f"{format_duration(seconds)} after {start:%H:%M} {schedule.timezone}"
    )
    window = compute_window(expression, schedule.timezone, seconds)
    text = f"{machine.name} has not succeeded by {limit}"
    return Deadline(machine.key, Alarm(name, text), seconds, window.offset), window.quiet


def _build_quiet_window(days: QuietDays, machines: Sequence[str], place: str) -> MuteWindow:
    """Return the window of days without a run. Its key has the day and the time of its start: `NoRunSat0600`."""
    minute, hour, *_, day = days.start.removeprefix("cron(").removesuffix(")").split()
    key = f"NoRun{day.capitalize()}{int(hour):02}{int(minute):02}"
    return MuteWindow(key, days.start, _format_iso_duration(days.seconds), place, tuple(machines))


def _build_window(window: PlannedMute, machines: tuple[str, ...], place: str) -> MuteWindow:
    """Return a window of the plan. Its key derives from its times: a position in a list would change."""
    duration, zone = _format_iso_duration(window.duration), window.timezone or place
    digest = sha256(f"{window.start} {duration} {zone}".encode()).hexdigest()
    return MuteWindow(f"Muted{digest[:8]}", window.start, duration, zone, machines)


def _format_iso_duration(seconds: int) -> str:
    """Return the duration in ISO 8601: `P1DT2H`."""
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3_600, rest % 3_600 // 60
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
