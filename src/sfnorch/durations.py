"""Conversions of durations and times to and from text."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timezone

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.]\d{1,9})?)?(Z|[+-]\d\d:\d\d)")
_SCHEDULED = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[Zz]|[+-]\d\d:\d\d)?)?")
_FRACTION = re.compile(r"[.](\d+)")
_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


def parse_duration(text: str) -> float | None:
    """Return the seconds of `90s`, `15m`, `1h30m`; None for a text that is not a duration."""
    match = _PARTS.fullmatch(text.strip())
    if not match or not any(match.groups()):
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def format_duration(seconds: float) -> str:
    """Return a number of seconds as readable text: `00s`, `15m`, `1h30m`, `2m05s`."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if not hours and not minutes:
        return f"{rest:02d}s"
    shown = f"{hours}h" if hours else ""
    if minutes or (hours and rest):
        shown += f"{minutes:02d}m"
    return shown + (f"{rest:02d}s" if rest else "")


def format_iso_time(at: datetime | None) -> str | None:
    """Return the time in ISO 8601; None for None."""
    return at.isoformat() if at else None


def format_timestamp(moment: datetime) -> str:
    """Return the time as AWS writes it: in UTC, with milliseconds."""
    moment = moment if moment.tzinfo is timezone.utc else moment.astimezone(timezone.utc)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_timestamp(text: str) -> datetime | None:
    """Return the time of a timestamp with a date, a T, a time and an offset; None for another text.

    The letters can be in lower case, as AWS reads them (measured by the author of sfnx).

    https://datatracker.ietf.org/doc/html/rfc3339#section-5.6
    """
    upper = text.upper()
    if not _TIMESTAMP.fullmatch(upper):
        return None
    try:
        six_digits = _FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", upper)
        return datetime.fromisoformat(six_digits.replace("Z", "+00:00"))
    except ValueError:
        return None


def parse_scheduled_time(text: str) -> datetime | None:
    """Return the time of a date and a time, with or without an offset from UTC; None for another text.

    A date alone is its midnight.
    """
    with contextlib.suppress(ValueError):  # a date that the calendar does not have
        if _SCHEDULED.fullmatch(text):
            return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    return None
