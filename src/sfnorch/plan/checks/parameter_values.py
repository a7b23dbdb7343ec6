"""Whether a value in a plan is valid for a parameter, by the same rules as the state machine has for its input."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from sfnorch.plan.models.parameters import DATE_WORDS, TIME_WORDS

if TYPE_CHECKING:
    from sfnorch.plan.models.parameters import RunParameter

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})([.][0-9]{1,9})?(Z|[-+]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def find_value_fault(parameter: RunParameter, value: bool | int | str) -> str:
    """Return why the value is not one of the parameter, with what it expects; empty if it is valid."""
    expected = _describe_expected(parameter, value)
    return f"{_describe(value)} is invalid; must be {expected}" if expected else ""


def _describe_expected(parameter: RunParameter, value: bool | int | str) -> str:
    """Return what the parameter expects; empty if the value is that."""
    match parameter.type, value:
        case "integer", bool():
            return "a whole number"
        case "integer", _:
            return "" if _INTEGER.fullmatch(str(value)) else "a whole number"
        case "boolean", _:
            return "" if isinstance(value, bool) or value in ("true", "false") else "true or false"
        case "date", _:
            is_valid = value in DATE_WORDS or _is_date(value)
            return "" if is_valid else "a date such as 2026-01-31, or today, yesterday or month_start"
        case "timestamp", _:
            is_valid = value in TIME_WORDS or _is_timestamp(value)
            return "" if is_valid else "a timestamp such as 2026-01-31T03:00:00Z, or scheduled_time"
        case "enum", _:
            known = [_describe(each) for each in parameter.values]
            return "" if _describe(value) in known else f"one of {', '.join(known)}"
        case _, str():
            return "" if _has_pattern(parameter.pattern, value) else f"a string that matches {parameter.pattern}"
    return "a string; put it in quotes"


def _has_pattern(pattern: str | None, text: str) -> bool:
    if pattern is None:
        return True
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:  # the check of the parameter reports it
        return True


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_timestamp(value: object) -> bool:
    found = _TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return False
    try:
        datetime.fromisoformat(found["time"])
    except ValueError:
        return False
    return True


def _describe(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else repr(value)
