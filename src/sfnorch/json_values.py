"""JSON values, and how to read them when their kind is not known.

Data from a template, a plan, a state machine or AWS has the type Json. Each function accepts any value and returns the
wanted kind, or an empty value if it is of another kind.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TypeAlias, TypeGuard

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A value in a JSON text, or in a YAML text with the kinds of values of JSON."""


_LONGEST_NUMBER = 20
"""The number of characters of a number that an error shows."""

_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def parse_strict(text: str) -> Json:
    """Return the value of a JSON text whose numbers can be written as JSON again.

    Raises ValueError for a text that is not JSON, for NaN and Infinity, for a number beyond the range of a double or of
    more digits than Python reads, and for values that are nested too deeply.
    """
    try:
        value: Json = json.loads(text, parse_constant=_refuse_constant, parse_float=_read_float)
    except RecursionError:
        raise ValueError("arrays or objects are nested too deeply") from None
    return value


def parse_json(text: Json) -> Json:
    """Return the value of a JSON text, or the text if it is not JSON: causes and outputs may be truncated."""
    if not isinstance(text, str):
        return text
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _read_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:_LONGEST_NUMBER]} is too large")
    return number


def read_mapping(value: Json) -> dict[str, Json]:
    """Return the value if it is a mapping, else an empty mapping."""
    return value if isinstance(value, dict) else {}


def read_list(value: Json) -> list[Json]:
    """Return the value if it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def read_string(value: Json, default: str = "") -> str:
    """Return the value if it is a string, else `default`."""
    return value if isinstance(value, str) else default


def is_number(value: Json) -> TypeGuard[float]:
    """Return whether the value is a number; true and false are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_number(value: Json, default: float = 0) -> float:
    """Return the value if it is a number, else `default`; true and false are not numbers."""
    return value if is_number(value) else default


def read_mappings(value: Json) -> Iterator[dict[str, Json]]:
    """Yield the mappings in the value if it is a list."""
    return (item for item in read_list(value) if isinstance(item, dict))


def read_strings(value: Json) -> Iterator[str]:
    """Yield the strings in the value if it is a list."""
    return (item for item in read_list(value) if isinstance(item, str))


def list_values(value: Json) -> list[Json]:
    """Return the items of a list, or any other value as the only item; an empty list for None."""
    return value if isinstance(value, list) else [] if value is None else [value]


def walk_values(value: Json) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Yield the value and all values in it, each with its path, in the order of the text."""
    todo: list[tuple[tuple[str | int, ...], Json]] = [((), value)]
    while todo:
        path, found = todo.pop()
        yield path, found
        match found:
            case dict():
                todo.extend([((*path, key), item) for key, item in reversed(found.items())])
            case list():
                todo.extend([((*path, index), found[index]) for index in range(len(found) - 1, -1, -1)])


def walk_strings(value: Json) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each string in the value with its path, in the order of the text."""
    return ((path, found) for path, found in walk_values(value) if isinstance(found, str))


def find_value(value: Json, *path: str | int) -> Json:
    """Return the value at a path of keys and indexes; None if there is none."""
    for step in path:
        if isinstance(step, str):
            if not isinstance(value, dict):
                return None
            value = value.get(step)
        elif isinstance(value, list) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def name_type(value: Json) -> str:
    """Return the name of the type of a JSON value: null, boolean, number, string, array or object."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def write_as_text(value: Json) -> str:
    """Return a text as it is, and another value as JSON without spaces."""
    return value if isinstance(value, str) else write_compact(value)


def write_compact(value: object) -> str:
    """Return the value as JSON without spaces, as AWS counts and writes it."""
    return _COMPACT.encode(value)
