"""The dates of a range: from the first to the last, in steps of days, weeks or months."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

_STEP = re.compile(r"([1-9][0-9]{0,3})(d|w|mo)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

STEP_FORM = "a number of days, weeks or months, such as 1d, 2w or 3mo"


class DateStep(NamedTuple):
    """The step from one date to the next."""

    number: int
    unit: Literal["d", "w", "mo"]


def parse_step(text: str) -> DateStep | None:
    """Return the step of a text such as 1d, 2w or 3mo; None for other texts."""
    match = _STEP.fullmatch(text.strip())
    if match is None:
        return None
    unit: Literal["d", "w", "mo"] = "d" if match[2] == "d" else "w" if match[2] == "w" else "mo"
    return DateStep(int(match[1]), unit)


def parse_date(text: str) -> date | None:
    """Return the date of a text YYYY-MM-DD; None for other texts, and for a date that does not exist."""
    if not _DATE.fullmatch(text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def list_dates(first: date, last: date, step: DateStep) -> Iterator[date]:
    """Yield the dates from the first to the last, which is included if a step reaches it.

    A step of months keeps the day of the first date. In a month without this day, it is the last day of the month:
    31 January, 28 February, 31 March.
    """
    for number in range((last - first).days + 1):
        found = _add_steps(first, step, number)
        if found is None or found > last:
            return
        yield found


def _add_steps(first: date, step: DateStep, number: int) -> date | None:
    """Return the date after this number of steps; None after the year 9999."""
    size = step.number * number
    if step.unit != "mo":
        days = size * (7 if step.unit == "w" else 1)
        return first + timedelta(days=days) if first.toordinal() + days <= date.max.toordinal() else None
    years, month = divmod(first.month - 1 + size, 12)
    year = first.year + years
    if year > date.max.year:
        return None
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
