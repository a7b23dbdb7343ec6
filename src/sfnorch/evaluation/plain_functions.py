"""The operators and functions of JSONata in plain programs, for the values for which they are simple.

Each raises `NotPlainError` for any other value, and where the engine would raise an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple, NoReturn

_LARGEST, _EXACT = 2**31, 2**52
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
_TYPES = {type(None): "null", str: "string", bool: "boolean", int: "number", dict: "object", list: "array"}
COMPARABLE = (str, int, bool, type(None))
"""The types of values that are compared without the engine."""


class Undefined(Enum):
    """The type of `UNDEFINED`."""

    UNDEFINED = 0


UNDEFINED: Final = Undefined.UNDEFINED
"""No value."""


class NotPlainError(Exception):
    """A program or a value that only the engine can evaluate."""


class PlainFunction(NamedTuple):
    """A function, and the number of its parameters."""

    function: Callable[..., object]
    parameters: int


def _check_number(value: object) -> int:
    if type(value) is not int or not -_LARGEST < value < _LARGEST:
        raise NotPlainError
    return value


def _are_equal(left: object, right: object) -> bool:
    if left is UNDEFINED or right is UNDEFINED:
        return False
    if type(left) not in COMPARABLE or type(right) not in COMPARABLE:
        raise NotPlainError
    return type(left) is type(right) and left == right


def _differ(left: object, right: object) -> bool:
    return left is not UNDEFINED and right is not UNDEFINED and not _are_equal(left, right)


def _join(left: object, right: object) -> str:
    return _write_part(left) + _write_part(right)


def _write_part(value: object) -> str:
    if type(value) is str:
        return value
    return "" if value is UNDEFINED else str(_check_number(value))


def _write(value: object) -> object:
    return value if value is UNDEFINED else _write_part(value)


def _negate(value: object) -> bool:
    if type(value) is not bool:
        raise NotPlainError
    return not value


def _find_type(value: object) -> object:
    try:
        return _TYPES[type(value)]
    except KeyError:
        raise NotPlainError from None


def _count(value: object) -> int:
    if type(value) is not list:
        raise NotPlainError
    return len(value)


def _subtract(left: object, right: object) -> int:
    if type(left) is not int or type(right) is not int or max(abs(left), abs(right)) >= _EXACT:
        raise NotPlainError
    return left - right


def _divide(left: object, right: object) -> float:
    if type(left) is not int or type(right) is not int or not right or max(abs(left), abs(right)) >= _EXACT:
        raise NotPlainError
    return left / right


def _round(value: object) -> int:
    """Return the nearest whole number; of two, the even one."""
    if type(value) not in (int, float) or abs(value) >= _EXACT:  # type: ignore[arg-type]  # it is a number
        raise NotPlainError
    return round(value)  # type: ignore[call-overload, no-any-return]  # it is a number


def _refuse(_: object) -> NoReturn:
    raise NotPlainError


def _read_millis(value: object) -> int:
    if type(value) is not str:
        raise NotPlainError
    return _parse_millis(value)


@lru_cache(maxsize=1_000)
def _parse_millis(text: str) -> int:
    if not _TIME.fullmatch(text):
        raise NotPlainError
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise NotPlainError from None


FUNCTIONS: Mapping[str, PlainFunction] = {
    "=": PlainFunction(_are_equal, 2),
    "!=": PlainFunction(_differ, 2),
    "&": PlainFunction(_join, 2),
    "+": PlainFunction(lambda left, right: _check_number(left) + _check_number(right), 2),
    "-": PlainFunction(_subtract, 2),
    "/": PlainFunction(_divide, 2),
    "round": PlainFunction(_round, 1),
    "error": PlainFunction(_refuse, 1),
    "exists": PlainFunction(lambda value: value is not UNDEFINED, 1),
    "not": PlainFunction(_negate, 1),
    "type": PlainFunction(_find_type, 1),
    "string": PlainFunction(_write, 1),
    "count": PlainFunction(_count, 1),
    "toMillis": PlainFunction(_read_millis, 1),
}
"""The operators and functions by name."""
