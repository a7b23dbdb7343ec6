"""Deadlines of a schedule with one start on a day: how long a run may take, and when its window ends.

CloudWatch aligns a window of one day to midnight at a fixed offset from UTC (documented). The offset of a deadline is
the one at which midnight is the deadline. In a time zone with daylight saving time the window ends at the deadline in
standard time, an hour after the deadline in summer. How long a run may take is the same in summer and winter.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import islice, pairwise

from sfnorch.schedules.cron import CronExpression
from sfnorch.schedules.days import Weekdays
from sfnorch.schedules.expressions import Expression
from sfnorch.schedules.fields import WEEKDAYS
from sfnorch.schedules.rates import RateExpression
from sfnorch.schedules.zones import load_zone

LONGEST_SECONDS = 12 * 3_600
"""A time of day that is later than this after the start is before the schedule: it is unclear which day it means."""

LONGEST_WINDOW = 22 * 3_600
"""A run that may take longer could end within the hour after the window of the day before, and would count there."""

_DAY = 86_400
_STEP = 300
_SAMPLE = date(2026, 1, 1)
"""The first day of the year in which offsets are compared: results must not depend on the day."""

_SLACK = 3_600
"""Seconds after the end of a window in which CloudWatch evaluates it. Metrics of an hour or more are evaluated hourly
(assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietDays:
    """Days without a deadline: cron with five fields in the time zone of the schedule, and the duration in seconds."""

    start: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWindow:
    """A window of one day that ends when a run must have succeeded."""

    offset: str
    """The offset from UTC at which the window ends at midnight: `UTC-05:00`."""
    quiet: tuple[QuietDays, ...]


def find_daily_start(expression: Expression) -> time | None:
    """Return the time of day at which the schedule starts; None unless it is one on each day, or day of the week."""
    if not isinstance(expression, CronExpression) or len(expression.hours) != 1 or len(expression.minutes) != 1:
        return None
    if _list_weekdays(expression) is None or len(expression.months) != 12 or expression.fields[5] != "*":
        return None
    return time(expression.hours[0], expression.minutes[0])


def count_seconds(start: time, deadline: time) -> int:
    """Return the seconds from the start to the next such time of day."""
    return (_count_minutes(deadline) - _count_minutes(start)) * 60 % _DAY


def find_shortest_interval(expression: Expression) -> float | None:
    """Return the seconds between two starts that are closest to each other; None for a schedule with one start."""
    if isinstance(expression, RateExpression):
        return float(expression.seconds)
    if not isinstance(expression, CronExpression):
        return None
    times = islice(expression.list_times(_SAMPLE), 500)
    return min(((after - before).total_seconds() for before, after in pairwise(times)), default=None)


def compute_window(expression: CronExpression, zone_name: str, seconds: int) -> DayWindow:
    """Return the window of the deadline these seconds after the daily start of the expression.

    The end is rounded up to 5 minutes. Raises ZoneInfoNotFoundError for an unknown time zone.
    """
    start = expression.hours[0] * 3_600 + expression.minutes[0] * 60
    end = -(-(start + seconds) // _STEP) * _STEP
    offsets = _list_offsets(zone_name)
    summer = max(offsets) - min(offsets)
    return DayWindow(
        offset=_format_offset((end - min(offsets)) % _DAY),
        quiet=tuple(_list_quiet_days(expression, end, _SLACK + summer)),
    )


def _list_weekdays(expression: CronExpression) -> frozenset[int] | None:
    """Return the days of the week of the starts, from 0 for Sunday; None if they depend on the day of the month."""
    if isinstance(expression.days, Weekdays):
        return frozenset(number - 1 for number in expression.days.numbers)
    return frozenset(range(7)) if expression.fields[2] == "*" else None


def _count_minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _list_offsets(zone_name: str) -> set[int]:
    """Return the offsets of the time zone in a year, in seconds."""
    place, first = load_zone(zone_name), datetime.combine(_SAMPLE, time(), timezone.utc)
    instants = (first + timedelta(days=day) for day in range(0, 365, 7))
    return {int((instant.astimezone(place).utcoffset() or timedelta()).total_seconds()) for instant in instants}


def _format_offset(end: int) -> str:
    """Return the offset at which midnight is this number of seconds after midnight in UTC."""
    seconds = -end if end <= _DAY // 2 else _DAY - end
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}" if minutes else "UTC"


def _list_quiet_days(expression: CronExpression, end: int, slack: int) -> list[QuietDays]:
    """Return the days of the week without a deadline. They last until the next window has been evaluated."""
    starts = _list_weekdays(expression) or frozenset()
    due = {(day + end // _DAY) % 7 for day in starts}
    minutes = end % _DAY // 60
    quiet = []
    for first in range(7):
        if first not in due and (first - 1) % 7 in due:
            days = next(count for count in range(1, 8) if (first + count) % 7 in due)
            start = f"cron({minutes % 60} {minutes // 60} * * {WEEKDAYS[first]})"
            quiet.append(QuietDays(start=start, seconds=days * _DAY + slack))
    return quiet
