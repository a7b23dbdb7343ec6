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

from sfnorch.schedules.cron import Cron
from sfnorch.schedules.expressions import Expression
from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.moments import At
from sfnorch.schedules.zones import Gap, exists, gaps, zone

_FORESIGHT = timedelta(days=3_653)
"""The period in which gaps are searched: governments change the rules of time zones more often than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The next start times of an expression after an instant, and warnings about them."""

    starts: tuple[datetime, ...]
    """In the time zone of the expression; empty for a rate, which counts from the creation of the schedule."""
    doubts: tuple[ScheduleFault, ...]


def look_ahead(expression: Expression, zone_name: str, now: datetime, count: int = 3) -> Outlook:
    """Return the next `count` start times after `now`, and warnings about them.

    Raises ZoneInfoNotFoundError for an unknown time zone.
    """
    place = zone(zone_name)
    starts = tuple(islice(start_times(expression, place, now), count))
    doubts = []
    if lost := lost_start(expression, place, now):
        doubts.append(_skipped(*lost, zone_name, only=not starts and isinstance(expression, Cron)))
    elif not starts and isinstance(expression, Cron):
        message = f"cron({' '.join(expression.fields)}) has no start time after {now:%Y-%m-%d}"
        doubts.append(ScheduleFault(message=message, fix="write a later year, or *"))
    elif not starts and isinstance(expression, At):
        message = f"at({expression.time.isoformat()}) is in the past"
        doubts.append(ScheduleFault(message=message, fix="write a later time", refused=False))
    return Outlook(starts=starts, doubts=tuple(doubts))


def start_times(expression: Expression, place: tzinfo, after: datetime) -> Iterator[datetime]:
    """Iterate the start times after an instant, in the time zone, ascending; none for a rate."""
    for local in _local_times(expression, after.astimezone(place)):
        if exists(local, place):
            start = local.replace(tzinfo=place)
            if start.astimezone(timezone.utc) > after:
                yield start


def lost_start(expression: Expression, place: tzinfo, after: datetime) -> tuple[datetime, Gap] | None:
    """Return the next local time of the expression that a gap skips, and the gap; None if no gap skips one.

    An expression that starts in every hour loses no start, because the hour itself does not exist.
    """
    if isinstance(expression, Cron) and len(expression.hours) == 24:
        return None
    first = next(_local_times(expression, after.astimezone(place)), None)
    if first is None:
        return None
    begin = max(after, first.replace(tzinfo=timezone.utc) - timedelta(days=2))
    end = begin + (_FORESIGHT if isinstance(expression, Cron) else timedelta(days=4))
    for gap in gaps(place, begin, end):
        for local in _times_in(expression, gap):
            return local, gap
    return None


def _local_times(expression: Expression, after: datetime) -> Iterator[datetime]:
    """Iterate the local times of the expression, beginning on the day of an instant, also those that do not exist."""
    if isinstance(expression, Cron):
        yield from expression.times(after.date())
    elif isinstance(expression, At) and expression.time.date() >= after.date():
        yield expression.time


def _times_in(expression: Expression, gap: Gap) -> Iterator[datetime]:
    if isinstance(expression, At):
        if gap.first <= expression.time < gap.end:
            yield expression.time
    elif isinstance(expression, Cron):
        minute = gap.first
        while minute < gap.end:
            if expression.matches(minute):
                yield minute
            minute += timedelta(minutes=1)


def _skipped(local: datetime, gap: Gap, zone_name: str, *, only: bool) -> ScheduleFault:
    first = f"{local:%Y-%m-%d %H:%M}"
    which = f"every start, such as the one at {first}," if only else f"the start at {first}"
    message = f"{which} is skipped: in {zone_name} the clocks go from {gap.first:%H:%M} to {gap.end:%H:%M}"
    fix = f"write a time outside of {gap.first:%H:%M} to {gap.end:%H:%M}, or use the time zone UTC"
    return ScheduleFault(message=message, fix=fix, refused=False)
