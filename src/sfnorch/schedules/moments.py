"""at(…): one time, in the time zone of the schedule.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.fields import YEAR

_FORM = "at(YYYY-MM-DDTHH:MM:SS)"
_PARTS = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_BOUNDS = (("month", 1, 12), ("day", 1, 31), ("hour", 0, 23), ("minute", 0, 59), ("second", 0, 59))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeExpression:
    """A one-time expression: a local time."""

    time: datetime

    def list_times(self, first: date) -> Iterator[datetime]:
        """Iterate its local time if that is on the date `first` or later."""
        if self.time.date() >= first:
            yield self.time

    def list_times_between(self, first: datetime, end: datetime) -> Iterator[datetime]:
        """Iterate its local time if that is from `first` to `end`, which is excluded."""
        if first <= self.time < end:
            yield self.time


def read_at(body: str) -> tuple[OneTimeExpression | None, list[ScheduleFault]]:
    """Return the At for the text between the parentheses of at(…), or None, and its faults."""
    match = _PARTS.fullmatch(body)
    if match is None:
        return None, [_create_form_fault(body)]
    parts = [int(part or 0) for part in match.groups()]
    year, month, day, hour, minute, second = parts
    faults = []
    if not YEAR.low <= year <= YEAR.high:
        message = f"year {match[1]} in at({body}) is out of range"
        faults.append(ScheduleFault(message=message, fix=f"write {YEAR.range}", refused=False))
    for (name, low, high), value in zip(_BOUNDS, parts[1:], strict=True):
        if not low <= value <= high:
            message = f"{name} {value:02} in at({body}) is out of range"
            faults.append(ScheduleFault(message=message, fix=f"write {low:02} to {high:02}"))
    if not faults and day > (last := monthrange(year, month)[1]):
        message = f"at({body}) names a day that does not exist"
        faults.append(ScheduleFault(message=message, fix=f"write 01 to {last}: the month has {last} days"))
    if match[6] is None:
        message = f"at({body}) has no seconds"
        faults.append(ScheduleFault(message=message, fix="write :00 at its end", refused=False))
    return (None, faults) if faults else (OneTimeExpression(time=datetime(year, month, day, hour, minute, second)), [])


def _create_form_fault(body: str) -> ScheduleFault:
    """Return the fault of a text in another form, with the expression that was probably meant."""
    message = f"at({body}) must have the form {_FORM}"
    seems = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ Tt]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.[0-9]+)?(\S*))?", body
    )
    if seems is None:
        return ScheduleFault(message=message, fix="write for example at(2030-01-31T05:00:00)")
    day, time, seconds, offset = seems.groups()
    meant = f"{day}T{time or '00:00'}{seconds or ':00'}"
    if read_at(meant)[1]:
        return ScheduleFault(message=message, fix="write for example at(2030-01-31T05:00:00)")
    return ScheduleFault(message=message, fix=f"write at({meant})" + (" and its time zone beside it" if offset else ""))
