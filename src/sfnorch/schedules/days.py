"""The days of a month that the fields day-of-month and day-of-week of a cron expression match.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.fields import DAY_OF_MONTH, DAY_OF_WEEK, Field, read_value, read_values

_SATURDAY = 7
_MAY_STAND_ALONE = re.compile(r"#|^\d+W$|^LW?$|^L-\d+$|^(\d+|[A-Z]{3})L$")


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Days by their number: `1,15`."""

    numbers: frozenset[int]

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the days of this month, ascending."""
        return [number for number in sorted(self.numbers) if number <= monthrange(year, month)[1]]


@dataclass(frozen=True, slots=True)
class LastDay:
    """The month's last day, `L`, or a number of days before it, `L-3`."""

    before: int = 0

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the day of this month; none if the month is too short."""
        day = monthrange(year, month)[1] - self.before
        return [day] if day >= 1 else []


@dataclass(frozen=True, slots=True)
class LastWorkday:
    """The month's last day from Monday to Friday: `LW`."""

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the day of this month."""
        last = monthrange(year, month)[1]
        return [last - max(0, _find_weekday(year, month, last) - 4)]


@dataclass(frozen=True, slots=True)
class NearestWorkday:
    """The day from Monday to Friday that is nearest to a day, in the same month: `15W`."""

    number: int

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the day of this month; none if the month does not have the day."""
        last = monthrange(year, month)[1]
        if self.number > last:
            return []
        match _find_weekday(year, month, self.number):
            case 5:  # Saturday
                return [self.number - 1 if self.number > 1 else self.number + 2]
            case 6:  # Sunday
                return [self.number + 1 if self.number < last else self.number - 2]
        return [self.number]


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Every such day of the week; 1 is Sunday: `2-6`."""

    numbers: frozenset[int]

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the days of this month, ascending."""
        return sorted(day for number in self.numbers for day in _list_weekdays(year, month, number))


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """The month's last such day of the week: `6L` is the last Friday."""

    number: int

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the day of this month."""
        return [_list_weekdays(year, month, self.number)[-1]]


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The month's n-th such day of the week: `3#2` is the second Tuesday."""

    number: int
    nth: int

    def list_in_month(self, year: int, month: int) -> list[int]:
        """Return the day of this month; none if the month has fewer."""
        return list(_list_weekdays(year, month, self.number)[self.nth - 1 : self.nth])


Days: TypeAlias = DaysOfMonth | LastDay | LastWorkday | NearestWorkday | Weekdays | LastWeekday | NthWeekday
"""Days of any month."""


def read_days_of_month(text: str) -> tuple[Days | None, list[ScheduleFault]]:
    """Return the days that the field day-of-month matches, or None, and its faults."""
    text = text.upper()
    if text == "L":
        return LastDay(), []
    if text == "LW":
        return LastWorkday(), []
    if match := re.fullmatch(r"L-([0-9]+)", text):
        if 1 <= int(match[1]) <= 30:
            return LastDay(int(match[1])), []
        message = f"day-of-month {text} is out of range"
        return None, [ScheduleFault(message=message, fix="write L-1 to L-30, or L for the last day")]
    if match := re.fullmatch(r"([0-9]+)W", text):
        match read_value(match[1], DAY_OF_MONTH):
            case int() as number:
                return NearestWorkday(number), []
            case fault:
                return None, [fault]
    if text == "W":
        fix = "write the day before it: 15W is the weekday nearest to the 15th"
        return None, [ScheduleFault(message="day-of-month W has no day", fix=fix)]
    values, faults = _read_list(text, DAY_OF_MONTH)
    return (None, faults) if faults else (DaysOfMonth(values), [])


def read_days_of_week(text: str) -> tuple[Days | None, list[ScheduleFault]]:
    """Return the days that the field day-of-week matches, or None, and its faults."""
    text = text.upper()
    if text == "L":
        return Weekdays(frozenset({_SATURDAY})), []
    if match := re.fullmatch(r"([0-9]+|[A-Z]{3})L", text):
        match read_value(match[1], DAY_OF_WEEK):
            case int() as weekday:
                return LastWeekday(weekday), []
            case fault:
                return None, [fault]
    if text.count("#") == 1 and "," not in text:
        day, _, nth = text.partition("#")
        number = read_value(day, DAY_OF_WEEK)
        faults = [] if isinstance(number, int) else [number]
        if not re.fullmatch("[1-5]", nth):
            message = f"day-of-week {text} is out of range after #"
            faults.append(ScheduleFault(message=message, fix="write 1 to 5 there: 3#2 is the second Tuesday"))
        return (NthWeekday(number, int(nth)), []) if isinstance(number, int) and not faults else (None, faults)
    values, faults = _read_list(text, DAY_OF_WEEK)
    return (None, faults) if faults else (Weekdays(values), [])


def _read_list(text: str, field: Field) -> tuple[frozenset[int], list[ScheduleFault]]:
    """Return the values of a list, and its faults. Some wildcards cannot be part of a list, which is one fault."""
    parts = text.split(",")
    alone = [part for part in parts if len(parts) > 1 and _MAY_STAND_ALONE.search(part)]
    if alone:
        message = f"{field.name} has {alone[0]} together with other values"
        return frozenset(), [ScheduleFault(message=message, fix=f"write {alone[0]} alone, and a second schedule")]
    return read_values(text, field)


def _find_weekday(year: int, month: int, day: int) -> int:
    """Return the day of the week; 0 is Monday."""
    return (monthrange(year, month)[0] + day - 1) % 7


def _list_weekdays(year: int, month: int, number: int) -> range:
    """Return every such day of the week in the month; 1 is Sunday."""
    first_weekday, last = monthrange(year, month)
    return range(1 + (number - 2 - first_weekday) % 7, last + 1, 7)
