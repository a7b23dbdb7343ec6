"""Types for durations in a plan: `90s`, `15m`, `1h30m`, or a number of seconds."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sfnorch.durations import parse_duration


def _convert_to_seconds(value: object) -> object:
    """Return the whole seconds of a duration that is a string; any other value unchanged, for pydantic to check.

    Raises PydanticCustomError for a string that is not a duration.
    """
    if not isinstance(value, str):
        return value
    seconds = parse_duration(value)
    if seconds is None or seconds != int(seconds):
        raise PydanticCustomError(
            "duration", "{text} is not a duration; write 90s, 15m, 1h30m, or whole seconds", {"text": repr(value)}
        )
    return int(seconds)


def parse_seconds(value: object, least: int, most: int) -> int:
    """Return the whole seconds of a duration or a number.

    Raises PydanticCustomError for another value, and for seconds that are not between `least` and `most`.
    """
    seconds = _convert_to_seconds(value)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise PydanticCustomError("duration", "expected a duration; write 90s, 15m, 1h30m, or whole seconds")
    if not least <= seconds <= most:
        bounds = {"least": least, "most": f"{most:,}"}
        raise PydanticCustomError("duration", "must be between {least} and {most} seconds", bounds)
    return seconds


Seconds: TypeAlias = Annotated[
    int,
    BeforeValidator(_convert_to_seconds),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^(\d+h)?(\d+m)?(\d+s)?$"}]}),
]
"""Seconds, written as a duration or as a number."""
