"""The start times of an expression in a time zone, and the starts that daylight saving time skips.

EventBridge Scheduler skips a start at a local time that does not exist, and starts once at a local time that exists
twice (documented; that it starts at the first of the two is assumed):
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import islice

from sfnorch.schedules.cron import CronExpression
from sfnorch.schedules.expressions import Expression
from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.moments import OneTimeExpression
from sfnorch.schedules.rates import RateExpression
from sfnorch.schedules.zones import ClockChange, is_existing_time, list_gaps, load_zone

_FORESIGHT = timedelta(days=3_653)
"""The period in which gaps are searched: governments change the rules of time zones more often than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPreview:
    """The next start times of an expression after an instant, and warnings about them."""

    starts: tuple[datetime, ...]
    """In the time zone of the expression; empty for a rate, which counts from the creation of the schedule."""
    doubts: tuple[ScheduleFault, ...]


def compute_outlook(expression: Expression, zone_name: str, now: datetime, count: int = 3) -> StartPreview:
    """Return the next `count` start times after `now`, and warnings about them.

    Raises ZoneInfoNotFoundError for an unknown time zone.
    """
    place = load_zone(zone_name)
    starts = tuple(islice(list_start_times(expression, place, now), count))
    return StartPreview(starts=starts, doubts=tuple(_doubts(expression, place, zone_name, now, starts)))


def _doubts(
    expression: Expression, place: tzinfo, zone_name: str, now: datetime, starts: tuple[datetime, ...]
) -> Iterator[ScheduleFault]:
    lost = find_skipped_start(expression, place, now)
    match expression:
        case CronExpression() if lost:
            yield _create_skip_fault(*lost, zone_name, only=not starts)
        case OneTimeExpression() if lost:
            yield _create_skip_fault(*lost, zone_name, only=False)
        case CronExpression() if not starts:
            message = f"cron({' '.join(expression.fields)}) has no start time after {now:%Y-%m-%d}"
            yield ScheduleFault(message=message, fix="write a later year, or *")
        case OneTimeExpression() if not starts:
            message = f"at({expression.time.isoformat()}) is in the past"
            yield ScheduleFault(message=message, fix="write a later time", refused=False)


def list_start_times(expression: Expression, place: tzinfo, after: datetime) -> Iterator[datetime]:
    """Iterate the start times after an instant, in the time zone, ascending; none for a rate."""
    if isinstance(expression, RateExpression):
        return
    for local in expression.list_times(after.astimezone(place).date()):
        if is_existing_time(local, place):
            start = local.replace(tzinfo=place)
            if start.astimezone(timezone.utc) > after:
                yield start


def find_skipped_start(expression: Expression, place: tzinfo, after: datetime) -> tuple[datetime, ClockChange] | None:
    """Return the next local time of the expression that a gap skips, and the gap; None if no gap skips one.

    An expression that starts in every hour loses no start, because the hour itself does not exist.
    """
    foresight = timedelta(days=4)
    match expression:
        case RateExpression():
            return None
        case CronExpression():
            if len(expression.hours) == 24:
                return None
            foresight = _FORESIGHT
    first = next(expression.list_times(after.astimezone(place).date()), None)
    if first is None:
        return None
    begin = max(after, first.replace(tzinfo=timezone.utc) - timedelta(days=2))
    for gap in list_gaps(place, begin, begin + foresight):
        for local in expression.list_times_between(gap.first, gap.end):
            return local, gap
    return None


def _create_skip_fault(local: datetime, gap: ClockChange, zone_name: str, *, only: bool) -> ScheduleFault:
    first = f"{local:%Y-%m-%d %H:%M}"
    which = f"every start, such as the one at {first}," if only else f"the start at {first}"
    message = f"{which} is skipped: in {zone_name} the clocks go from {gap.first:%H:%M} to {gap.end:%H:%M}"
    fix = f"write a time outside of {gap.first:%H:%M} to {gap.end:%H:%M}, or use the time zone UTC"
    return ScheduleFault(message=message, fix=fix, refused=False)
