"""Comparisons of choice rules: whether the value of a variable matches.

A value of another type does not match. A value that does not exist is an error, but for IsPresent.
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html#amazon-states-language-choice-state-rules
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sfnorch.durations import parse_timestamp
from sfnorch.json_values import Json

Compare = Callable[[Json, Json], bool]

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare_numbers(order: Callable[[Any, Any], bool]) -> Compare:
    return lambda value, other: _is_number(value) and _is_number(other) and order(value, other)


def _compare_texts(order: Callable[[Any, Any], bool]) -> Compare:
    return lambda value, other: isinstance(value, str) and isinstance(other, str) and order(value, other)


def _compare_times(order: Callable[[Any, Any], bool]) -> Compare:
    def compare(value: Json, other: Json) -> bool:
        first, second = _read_time(value), _read_time(other)
        return first is not None and second is not None and order(first, second)

    return compare


def _read_time(value: Json) -> datetime | None:
    return parse_timestamp(value) if isinstance(value, str) else None


def _match_pattern(value: Json, pattern: Json) -> bool:
    r"""Return whether the text matches the pattern, in which `*` is any text and `\\*` an asterisk."""
    if not isinstance(value, str) or not isinstance(pattern, str):
        return False
    literals = [""]
    for part in re.findall(r"\\.|\*|[^\\*]+|\\", pattern, re.DOTALL):
        if part == "*":
            literals.append("")
        else:
            literals[-1] += part[1:] if len(part) > 1 and part[0] == "\\" else part
    first, *others = literals
    if not others:
        return value == first
    *middle, last = others
    position, end = len(first), len(value) - len(last)
    if position > end or not value.startswith(first) or not value.endswith(last):
        return False
    for literal in middle:  # the first place of each is enough: a regular expression would try all places
        position = value.find(literal, position, end)
        if position < 0:
            return False
        position += len(literal)
    return True


COMPARISONS: Mapping[str, Compare] = {
    **{f"Numeric{name}": _compare_numbers(order) for name, order in _ORDERS.items()},
    **{f"String{name}": _compare_texts(order) for name, order in _ORDERS.items()},
    **{f"Timestamp{name}": _compare_times(order) for name, order in _ORDERS.items()},
    "BooleanEquals": lambda value, other: isinstance(value, bool) and isinstance(other, bool) and value is other,
    "StringMatches": _match_pattern,
}
"""The comparisons of a value with another: a constant, or for the name with `Path` the value at a path."""

TESTS: Mapping[str, Callable[[Json], bool]] = {
    "IsNull": lambda value: value is None,
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsNumeric": _is_number,
    "IsString": lambda value: isinstance(value, str),
    "IsTimestamp": lambda value: _read_time(value) is not None,
}
"""The tests of the type of a value."""
