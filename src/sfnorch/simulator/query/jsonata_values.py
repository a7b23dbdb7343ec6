"""The values that an evaluation of JSONata returns, as JSON."""

from __future__ import annotations

import math

from jsonata.utils import Utils

from sfnorch.evaluation.budget import CHARACTERS_PER_VALUE
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


def normalize_json(value: Json) -> tuple[Json, int]:
    """Return JSON with whole numbers as integers, and its size; a value that has no other ones is returned as it is.

    The size is that of `Budget.measure_size`.
    """
    if isinstance(value, dict):
        if not value:
            return value, 1
        changed: dict[str, Json] | None = None
        size = 1 + len(value)
        for key, item in value.items():
            if isinstance(item, str):
                size += 1 + len(item) // CHARACTERS_PER_VALUE
            elif item is None or isinstance(item, int):
                size += 1
            else:
                new, count = normalize_json(item)
                size += count
                if new is not item:
                    changed = value.copy() if changed is None else changed
                    changed[key] = new
        return (value if changed is None else changed), size
    if isinstance(value, str):
        return value, 1 + len(value) // CHARACTERS_PER_VALUE
    if isinstance(value, list):
        found = [normalize_json(item) for item in value]
        is_changed = any(new is not old for (new, _), old in zip(found, value, strict=True))
        return ([new for new, _ in found] if is_changed else value), sum([count for _, count in found], 1)
    return (convert_to_json(value) if isinstance(value, float) else value), 1
