"""Dates and timestamps as values of a run: the forms that a state machine accepts, which a plan and a command check."""

from __future__ import annotations

import re
from datetime import date

_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = re.compile(rf"(?P<date>.{{10}})T{_CLOCK}:[0-5][0-9]([.][0-9]{{1,9}})?(Z|[-+]{_CLOCK})")


def is_date(text: str) -> bool:
    """Return whether the text is a date that exists, YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """Return whether the text is a timestamp with seconds and an offset that exists."""
    match = _TIME.fullmatch(text)
    return match is not None and is_date(match["date"])
