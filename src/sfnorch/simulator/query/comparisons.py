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
from sfnorch.json_values import Json, is_number, name_type, read_string

Compare = Callable[[Json, Json], bool]

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _compare(kind: str, order: Callable[[Any, Any], bool]) -> Compare:
    return lambda value, other: name_type(value) == name_type(other) == kind and order(value, other)


def _compare_times(order: Callable[[Any, Any], bool]) -> Compare:
    def compare(value: Json, other: Json) -> bool:
        first, second = _read_time(value), _read_time(other)
        return first is not None and second is not None and order(first, second)

    return compare


def _read_time(value: Json) -> datetime | None:
    return parse_timestamp(read_string(value))


def _match_pattern(value: str, pattern: str) -> bool:
    r"""Return whether the text matches the pattern, in which `*` is any text and `\\*` an asterisk."""
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
    **{f"Numeric{name}": _compare("number", order) for name, order in _ORDERS.items()},
    **{f"String{name}": _compare("string", order) for name, order in _ORDERS.items()},
    **{f"Timestamp{name}": _compare_times(order) for name, order in _ORDERS.items()},
    "BooleanEquals": _compare("boolean", operator.eq),
    "StringMatches": _compare("string", _match_pattern),
}
"""The comparisons of a value with another: a constant, or for the name with `Path` the value at a path."""

TESTS: Mapping[str, Callable[[Json], bool]] = {
    "IsNull": lambda value: value is None,
    "IsBoolean": lambda value: name_type(value) == "boolean",
    "IsNumeric": is_number,
    "IsString": lambda value: name_type(value) == "string",
    "IsTimestamp": lambda value: _read_time(value) is not None,
}
"""The tests of the type of a value."""
