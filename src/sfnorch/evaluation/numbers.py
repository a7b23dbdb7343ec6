"""Arithmetic on numbers, which are doubles.

A division by zero, and a result beyond the range of a double, is not an error: the result is infinite, or not a number.
The author of sfnx measured this on AWS in 2026: a field has it as the text `Infinity`, `-Infinity` or `NaN`; it can be
compared, but further arithmetic fails. https://github.com/iwamot/sfnx/blob/main/docs/design.md
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import TypeGuard

from jsonata.utils import Utils


def is_number(value: object) -> TypeGuard[float]:
    """Return whether the value is a number. Raises JException (D1001) for an infinite one."""
    return type(value) is int or (isinstance(value, int | float) and bool(Utils.is_numeric(value)))


def calculate(operation: str, left: float, right: float) -> object:
    """Return the result of `+`, `-`, `*`, `/` or `%`; a whole number as an integer."""
    result = _OPERATIONS[operation](float(left), float(right))
    return int(result) if result.is_integer() else result


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    return math.copysign(math.inf, left) * math.copysign(1, right) if left else math.nan


def _find_remainder(left: float, right: float) -> float:
    """Return the remainder, also of fractions (documented). That it is not a number for 0 is assumed."""
    return math.fmod(left, right) if right else math.nan


_OPERATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _find_remainder,
}
