"""The windows in which alarms are muted: each start by cron with five fields, or one time.

Fields have numbers, ranges and lists, and English names for months and days of the week. Which numbers a day of the
week has is not documented: 0 to 7 are accepted here, where 0 and 7 are Sunday. If both days are restricted, a window
starts on each of them, as in Unix [assumed].
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html (documented)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.fields import DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MINUTES, MONTH, read_values

_FIELDS = (MINUTES, HOURS, DAY_OF_MONTH, MONTH, replace(DAY_OF_WEEK, low=0))
_START = re.compile(r"at\([^ ()]+\)|cron\([^ ()]+(?: [^ ()]+){4}\)")
_TIME = "%Y-%m-%dT%H:%M"
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def list_mute_start_faults(text: str) -> list[ScheduleFault]:
    """Return the faults of `cron(…)` with five fields, or `at(yyyy-mm-ddThh:mm)`: values out of range, and no date."""
    kind, _, body = text.removesuffix(")").partition("(")
    if kind == "at":
        try:
            datetime.strptime(body, _TIME)
        except ValueError:
            fix = "write a date of the calendar, and a time from 00:00 to 23:59"
            return [ScheduleFault(message=f"the time {text} does not exist", fix=fix)]
        return []
    texts = body.split(" ")
    read = [read_values(each, field) for each, field in zip(texts, _FIELDS, strict=True)]
    if faults := [fault for _, found in read for fault in found]:
        return faults
    days, months = read[2][0], read[3][0]
    if texts[4] == "*" and min(days) > max(_LONGEST_MONTHS[month - 1] for month in months):
        return [
            ScheduleFault(message=f"{text} never starts: no such date exists", fix="write a day that the month has")
        ]
    return []


def find_mute_end(text: str, seconds: int, zone: tzinfo, moment: datetime) -> datetime | None:
    """Return the end of the last window that contains the moment; None if no window does.

    `text` is the start of the windows in the time zone, `seconds` their duration. An invalid start has no windows.
    """
    if not _START.fullmatch(text) or list_mute_start_faults(text):
        return None
    length = timedelta(seconds=seconds)
    first, last = (moment - length).astimezone(zone).date(), moment.astimezone(zone).date()
    # in UTC, a duration is added without changes of the clocks
    starts = (at.replace(tzinfo=zone).astimezone(timezone.utc) for at in _list_starts(text, first, last))
    return max((at + length for at in starts if at <= moment < at + length), default=None)


def _list_starts(text: str, first: date, last: date) -> Iterator[datetime]:
    """Yield the local times at which windows start on the days from the first to the last one."""
    kind, _, body = text.removesuffix(")").partition("(")
    if kind == "at":
        yield datetime.strptime(body, _TIME)
        return
    texts = body.split(" ")
    minutes, hours, days, months, weekdays = (
        read_values(each, field)[0] for each, field in zip(texts, _FIELDS, strict=True)
    )
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        of_month, of_week = day.day in days, bool({day.isoweekday() % 7, day.isoweekday()} & weekdays)
        is_either = texts[2] != "*" and texts[4] != "*"
        if day.month in months and ((of_month or of_week) if is_either else (of_month and of_week)):
            yield from (datetime.combine(day, time(hour, minute)) for hour in hours for minute in minutes)
