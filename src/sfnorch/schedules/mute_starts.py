"""The start of a window in which alarms are muted: cron with five fields, or one time.

Fields have numbers, ranges and lists, and English names for months and days of the week. Which numbers a day of the
week has is not documented: 0 to 7 are accepted here.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html (documented)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.fields import DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MINUTES, MONTH, read_values

_FIELDS = (MINUTES, HOURS, DAY_OF_MONTH, MONTH, replace(DAY_OF_WEEK, low=0))
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def list_mute_start_faults(text: str) -> list[ScheduleFault]:
    """Return the faults of `cron(…)` with five fields, or `at(yyyy-mm-ddThh:mm)`: values out of range, and no date."""
    kind, _, body = text.removesuffix(")").partition("(")
    if kind == "at":
        try:
            datetime.strptime(body, "%Y-%m-%dT%H:%M")
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
