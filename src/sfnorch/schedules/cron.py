"""cron(…): its six fields, the times that they match, and their faults.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sfnorch.schedules.days import Days, DaysOfMonth, read_days_of_month, read_days_of_week
from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.fields import HOURS, MINUTES, MONTH, WEEKDAYS, YEAR, Field, read_values
from sfnorch.schedules.service import Service

_FIELDS = "minutes hours day-of-month month day-of-week year"


@dataclass(frozen=True, slots=True, kw_only=True)
class CronExpression:
    """A cron expression: its fields as written, and their values."""

    fields: tuple[str, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def list_dates(self, first: date) -> Iterator[date]:
        """Iterate the dates from `first` on, ascending."""
        for year in self.years:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    for day in self.days.list_in_month(year, month):
                        if (found := date(year, month, day)) >= first:
                            yield found

    def list_times(self, first: date) -> Iterator[datetime]:
        """Iterate the local times from the date `first` on, ascending."""
        for day in self.list_dates(first):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime(day.year, day.month, day.day, hour, minute)

    def list_times_between(self, first: datetime, end: datetime) -> Iterator[datetime]:
        """Iterate the local times from `first`, a whole minute, to `end`, which is excluded."""
        while first < end:
            if self.is_match(first):
                yield first
            first += timedelta(minutes=1)

    def is_match(self, time: datetime) -> bool:
        """Return whether the expression matches the local time."""
        return (
            time.minute in self.minutes
            and time.hour in self.hours
            and time.month in self.months
            and time.year in self.years
            and time.day in self.days.list_in_month(time.year, time.month)
        )


def read_cron(body: str, service: Service) -> tuple[CronExpression | None, list[ScheduleFault]]:
    """Return the Cron for the text between the parentheses of cron(…), or None, and its faults."""
    fields = tuple(body.split())
    blanks = []
    if " ".join(fields) != body:
        message = f"cron({body}) has extra blanks"
        blanks.append(ScheduleFault(message=message, fix="write one blank between two fields", refused=False))
    bare = tuple(field.rstrip(",") for field in fields)
    if bare != fields and len(bare) == 6 and _is_valid(bare, service):
        message = f"cron({body}) has commas between its fields"
        return None, [ScheduleFault(message=message, fix=f"write cron({' '.join(bare)})")]
    if len(fields) != 6:
        return None, [*blanks, _create_count_fault(fields, service)]
    cron, faults = _read_fields(fields, service)
    faults = [*blanks, *faults]
    if cron is not None and next(cron.list_dates(date.min), None) is None:
        faults.append(_create_date_fault(cron, service))
    return (None, faults) if faults else (cron, [])


def _read_fields(fields: tuple[str, ...], service: Service) -> tuple[CronExpression | None, list[ScheduleFault]]:
    """Return the Cron for six fields, or None, and their faults. The Cron can still have no date that exists."""
    minute, hour, day, month, weekday, year = fields
    faults: list[ScheduleFault] = []

    def read_field(text: str, field: Field) -> tuple[int, ...]:
        found, wrong = read_values(text, field)
        faults.extend(wrong)
        return tuple(sorted(found))

    def read_days(text: str, read: Callable[[str], tuple[Days | None, list[ScheduleFault]]]) -> Days | None:
        found, wrong = (None, []) if text == "?" else read(text)
        faults.extend(wrong)
        return found

    minutes, hours = read_field(minute, MINUTES), read_field(hour, HOURS)
    of_month, months, of_week = (
        read_days(day, read_days_of_month),
        read_field(month, MONTH),
        read_days(weekday, read_days_of_week),
    )
    years = read_field(year, replace(YEAR, range_enforced=service is Service.SCHEDULER))
    if (day == "?") == (weekday == "?"):
        faults.append(_create_mark_fault(fields, service))
    days = of_month or of_week
    if faults or days is None:
        return None, faults
    return CronExpression(fields=fields, minutes=minutes, hours=hours, days=days, months=months, years=years), []


def _is_valid(fields: tuple[str, ...], service: Service) -> bool:
    cron, _ = _read_fields(fields, service)
    return cron is not None and next(cron.list_dates(date.min), None) is not None


def _create_mark_fault(fields: tuple[str, ...], service: Service) -> ScheduleFault:
    """Return the fault of fields in which not exactly one of day-of-month and day-of-week is ?."""
    minute, hour, day, month, weekday, year = fields
    if day == "?":
        message, fix = "day-of-month and day-of-week are both ?", "write * in day-of-month"
        meant = (minute, hour, "*", month, "?", year)
    else:
        message, fix = "day-of-month and day-of-week are both set", "write ? in one of them"
        meant = (minute, hour, "?", month, weekday, year) if weekday != "*" else (minute, hour, day, month, "?", year)
        if "*" not in (day, weekday):
            return ScheduleFault(message=message, fix=f"{fix}, and a second schedule for the other")
    if not _is_valid(meant, service):
        return ScheduleFault(message=message, fix=fix)
    return ScheduleFault(message=message, fix=f"write cron({' '.join(meant)})")


def _create_count_fault(fields: tuple[str, ...], service: Service) -> ScheduleFault:
    """Return the fault of a wrong number of fields, with the expression that was probably meant."""
    text = f"cron({' '.join(fields)})"
    message = f"{text} has {len(fields)} field{'' if len(fields) == 1 else 's'}, and must have 6 ({_FIELDS})"
    meant: tuple[str, ...] = ()
    if len(fields) == 5 and "?" in fields:
        meant = (*fields, "*")
    elif len(fields) == 5:
        meant = _convert_unix_fields(fields)
    elif len(fields) == 7:
        meant = fields[1:]  # in Quartz, the first field is seconds
    if meant and _is_valid(meant, service):
        taken = service is Service.SCHEDULER and meant[:5] == fields
        return ScheduleFault(message=message, fix=f"write cron({' '.join(meant)})", refused=not taken)
    return ScheduleFault(message=message, fix="write all six, as in cron(0 3 * * ? *) for 03:00 on each day")


def _convert_unix_fields(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the six fields for the five of a Unix cron, in which 0 is Sunday; none if both kinds of days are set."""
    minute, hour, day, month, weekday = fields
    if weekday == "*":
        return (minute, hour, day, month, "?", "*")
    if day == "*":
        # the number after a slash is a step, not a day
        named = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda match: WEEKDAYS[int(match[0]) % 7], weekday)
        return (minute, hour, "?", month, named, "*")
    return ()


def _create_date_fault(cron: CronExpression, service: Service) -> ScheduleFault:
    """Return the fault of a cron that matches no date."""
    text = f"cron({' '.join(cron.fields)})"
    minute, hour, _, month, weekday, year = cron.fields
    last = (minute, hour, "L", month, weekday, year)
    fix = "write a day that the month has in these years"
    if isinstance(cron.days, DaysOfMonth) and _is_valid(last, service):
        fix = f"write a day that the month has, or L for its last: cron({' '.join(last)})"
    return ScheduleFault(message=f"{text} never starts: no such date exists", fix=fix)
