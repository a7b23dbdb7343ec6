"""The values that an evaluation of JSONata returns, as JSON."""

from __future__ import annotations

import math

from jsonata.utils import Utils

from sfnorch.evaluation.json_text import write_text
from sfnorch.json_values import Json


class UnsupportedResultError(TypeError):
    """A value that is not JSON, such as a function."""


def convert_to_json(value: object) -> Json:
    """Return a result as JSON: plain lists and nulls instead of the library's types, whole numbers as integers.

    Raises ValueError for a number that JSON does not have, UnsupportedResultError for a value that is not JSON.
    """
    match value:
        case dict():
            return {key: convert_to_json(item) for key, item in value.items()}
        case list() | tuple() | range():
            return [convert_to_json(item) for item in value]
        case str() | int() | None:
            return value
        case float() if not math.isfinite(value):
            return write_text(value)
        case float():
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if value is Utils.NULL_VALUE:
        return None
    raise UnsupportedResultError


def normalize_json(value: Json) -> Json:
    """Return JSON with whole numbers as integers; a value that has no other ones is returned as it is."""
    match value:
        case float():
            return convert_to_json(value)
        case dict():
            changed = {key: new for key, item in value.items() if (new := normalize_json(item)) is not item}
            return {**value, **changed} if changed else value
        case list():
            items = [normalize_json(item) for item in value]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
