"""Values as the text that `$string` and `&` make of them.

Numbers and escapes follow what the author of sfnx measured on AWS (2026): the library and Python write other texts.
https://github.com/iwamot/sfnx/blob/main/docs/design.md
"""

from __future__ import annotations

import decimal
import math

from jsonata import Jsonata
from jsonata.parser import Parser
from jsonata.utils import Utils

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_FIFTEEN_DIGITS = decimal.Context(prec=15, rounding=decimal.ROUND_FLOOR)
_LARGEST_IN_DIGITS = 1e21


def write_text(value: object, *, is_indented: bool = False) -> str:
    """Return a string as it is, a function as an empty text, and any other value as JSON."""
    match value:
        case str():
            return value
        case Jsonata.JFunction() | Parser.Symbol():
            return ""
    return _write(value, 0 if is_indented else None)


def _write(value: object, depth: int | None) -> str:
    match value:
        case str():
            return f'"{value.translate(_ESCAPES)}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return write_number(value)
        case dict():
            separator = ":" if depth is None else ": "
            return _enclose(
                ("{", "}"),
                [f"{_write(key, None)}{separator}{_write(item, _deepen(depth))}" for key, item in value.items()],
                depth,
            )
        case list() | tuple() | range():
            return _enclose(("[", "]"), [_write(item, _deepen(depth)) for item in value], depth)
    return "null" if value is Utils.NULL_VALUE else '""'


def write_number(number: float) -> str:
    """Return a whole number below 1e21 in its digits, and another number with at most 15 digits, rounded down."""
    if not math.isfinite(number):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(number, "NaN")
    exact = float(number)
    if exact.is_integer():
        return str(int(exact)) if abs(exact) < _LARGEST_IN_DIGITS else repr(exact)
    return str(_FIFTEEN_DIGITS.create_decimal(repr(exact)).normalize(_FIFTEEN_DIGITS)).replace("E", "e")


def _deepen(depth: int | None) -> int | None:
    return None if depth is None else depth + 1


def _enclose(brackets: tuple[str, str], members: list[str], depth: int | None) -> str:
    start, end = brackets
    if depth is None or not members:
        return f"{start}{','.join(members)}{end}"
    indent = "\n" + "  " * (depth + 1)
    return f"{start}{indent}{f',{indent}'.join(members)}\n{'  ' * depth}{end}"
