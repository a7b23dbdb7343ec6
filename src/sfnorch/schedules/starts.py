"""When an expression starts something: start times in a time zone, and those that daylight saving leaves out.

EventBridge Scheduler skips a start at a local time that does not exist, and starts once at one that exists twice
(documented; that it is the first of the two is assumed):
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
"""How far gaps are looked for: governments change the rules of time zones more often than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What becomes of an expression from an instant on: its next start times, and what a user may not expect."""

    starts: tuple[datetime, ...]
    """In the expression's time zone; none for a rate, whose start is the creation of the schedule."""
    doubts: tuple[ScheduleFault, ...]


def look_ahead(expression: Expression, zone_name: str, now: datetime, count: int = 3) -> Outlook:
    """Return the next start times and the doubts about them. Raises ZoneInfoNotFoundError for an unknown zone."""
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
    """Iterate the start times after an instant, in the zone, ascending; none for a rate, which counts from creation."""
    for local in _local_times(expression, after.astimezone(place)):
        if exists(local, place):
            start = local.replace(tzinfo=place)
            if start.astimezone(timezone.utc) > after:
                yield start


def lost_start(expression: Expression, place: tzinfo, after: datetime) -> tuple[datetime, Gap] | None:
    """Return the next local time of the expression that a gap leaves out, and the gap; None where none does.

    An expression of every hour loses nothing: the hour itself is missing.
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
    """Iterate the local times of the expression from the day of an instant on, whether they exist or not."""
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
    which = f"every start, as the one at {local:%Y-%m-%d %H:%M}," if only else f"the start at {local:%Y-%m-%d %H:%M}"
    message = f"{which} is skipped: in {zone_name} the clocks go from {gap.first:%H:%M} to {gap.end:%H:%M}"
    fix = f"write a time outside of {gap.first:%H:%M} to {gap.end:%H:%M}, or use the time zone UTC"
    return ScheduleFault(message=message, fix=fix, refused=False)
