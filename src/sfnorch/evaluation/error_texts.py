"""The errors of JSONata in the words of its reference implementation, which AWS uses in recordings.

The library has the same codes, but writes "Object" for "function", and values without the quotes of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from jsonata.jexception import JException

from sfnorch.evaluation.json_text import write_text

_PLACE = re.compile(r"\{\{\{\w+\}\}\}|\{\{\w+\}\}")
_CODES: Mapping[str, str] = {
    "Second argument of replace function cannot be an empty string": "D3010",
    "Fourth argument of replace function must evaluate to a positive number": "D3011",
}
"""Errors that the library raises without their code."""

_ITEM_TYPES = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}


def describe_error(error: JException) -> str:
    """Return the code and the sentence: `T2001: The left side of the "+" operator must evaluate to a number`."""
    code = _CODES.get(str(error.error), str(error.error))
    template = JException.error_codes.get(code)
    if template is None:
        return str(error).removeprefix("JSonataException ")
    match code:
        case "T0412":
            values: list[object] = [error.current, error.expected, _ITEM_TYPES.get(str(error.extra))]
        case "D1002":
            values = [error.expected]
        case _:
            values = [error.current, error.expected, error.extra]
    rest = iter(values)
    sentence = template.replace(" Object", " function")
    return f"{code}: {_PLACE.sub(lambda place: _write(next(rest, None), place[0]), sentence)}"


def _write(value: object, place: str) -> str:
    """Return the value as JSON; a text at a place `{{{…}}}` is written as it is."""
    if isinstance(value, str):
        return value if place.startswith("{{{") else json.dumps(value, ensure_ascii=False)
    return "undefined" if value is None else write_text(value)
