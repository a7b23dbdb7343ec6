"""Checks of `deadline`, `max_duration` and `mute`: the schedule has a run that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import TYPE_CHECKING

from sfnorch.durations import format_duration
from sfnorch.plan.paths import Fault, Path

if TYPE_CHECKING:
    from sfnorch.plan.kinds import ScheduledPlan, WrittenPlan
    from sfnorch.plan.models.fan_out import FanOutChild
    from sfnorch.plan.models.master_child import Child
    from sfnorch.plan.sound_part import ValidPart
    from sfnorch.schedules.expressions import Expression

_CONTINUOUS = "is not supported for the pattern continuous, in which each execution starts the next one; remove it"


def check_deadlines(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield deadlines that no run of the schedule can meet or miss, and mute windows without a deadline."""
    timed: list[tuple[Path, WrittenPlan | Child | FanOutChild]] = [((), plan)]
    if plan.pattern == "master-child":
        timed += [(("children", index), child) for index, child in enumerate(plan.children)]
    limited = [(path, each) for path, each in timed if each.max_duration or getattr(each, "deadline", None)]
    is_complete = not any(part.is_incomplete((key,)) for key in ("children", "deadline", "max_duration"))
    if plan.mute and not limited and is_complete:
        yield ("mute",), "mute has no effect without deadline or max_duration; remove it, or add one of them"
    for path, each in limited:
        deadline: str | None = getattr(each, "deadline", None)
        if plan.pattern == "continuous":
            key = "deadline" if deadline else "max_duration"
            yield (*path, key), f"{key} {_CONTINUOUS}"
        elif deadline and each.max_duration:
            yield (*path, "max_duration"), "deadline and max_duration exclude each other; remove one of them"
        elif deadline and plan.pattern != "dynamic":
            yield from _check_deadline(plan, deadline, (*path, "deadline"))
        elif each.max_duration and plan.pattern != "dynamic" and plan.schedule:
            yield from _check_max_duration(_read(plan.schedule.expression), each.max_duration, (*path, "max_duration"))


def _check_deadline(plan: ScheduledPlan, deadline: str, path: Path) -> Iterator[Fault]:
    from sfnorch.schedules.deadlines import LONGEST_SECONDS, count_seconds, find_daily_start

    if plan.schedule is None:
        yield path, "a deadline requires a schedule; add schedule, or use max_duration"
        return
    expression = _read(plan.schedule.expression)
    if expression is None:
        return
    start = find_daily_start(expression)
    if start is None:
        yield (
            path,
            (
                f"a deadline requires a schedule with one start on each day, or on days of the week, which "
                f"{plan.schedule.expression} is not; use max_duration"
            ),
        )
        return
    seconds = count_seconds(start, time.fromisoformat(deadline))
    if seconds == 0:
        yield path, f"the deadline {deadline} is the start of the schedule; write a later time"
    elif seconds > LONGEST_SECONDS:
        yield (
            path,
            (
                f"the deadline {deadline} is before the schedule, which starts at {start:%H:%M}, or "
                f"{format_duration(seconds)} after it; write a time at most {format_duration(LONGEST_SECONDS)} after "
                f"the start, or max_duration: {format_duration(seconds)}"
            ),
        )


def _check_max_duration(expression: Expression | None, seconds: int, path: Path) -> Iterator[Fault]:
    from sfnorch.schedules.deadlines import find_shortest_interval

    interval = find_shortest_interval(expression) if expression else None
    if interval is not None and seconds > interval:
        yield (
            path,
            (
                f"max_duration {format_duration(seconds)} is longer than {format_duration(interval)}, the interval of "
                "the schedule; write a shorter duration"
            ),
        )


def _read(text: str) -> Expression | None:
    from sfnorch.schedules.expressions import read_expression  # for plans with a deadline only

    return read_expression(text).expression
