"""Calls of intrinsic functions: syntax and names.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sfnorch.definitions.fault import suggest_name
from sfnorch.query_syntax.intrinsic_calls import IntrinsicCall, IntrinsicSyntaxError, QuotedText, parse_call
from sfnorch.query_syntax.paths import PathSyntaxError, is_closed

FUNCTIONS = (
    "Array",
    "ArrayContains",
    "ArrayGetItem",
    "ArrayLength",
    "ArrayPartition",
    "ArrayRange",
    "ArrayUnique",
    "Base64Decode",
    "Base64Encode",
    "Format",
    "Hash",
    "JsonMerge",
    "JsonToString",
    "MathAdd",
    "MathRandom",
    "StringSplit",
    "StringToJson",
    "UUID",
)

_ESCAPED_WRONGLY = re.compile(r"(?:[^\\]|^)(?:\\\\)*\\(?=[\"])")
"""A backslash before a double quote, which AWS refuses in a text (recorded)."""


@lru_cache(maxsize=4096)
def find_call_fault(text: str) -> str:
    """Return why the text is no call that AWS accepts, and how to fix it; empty if it is a call, or could be one."""
    if text.startswith("$"):
        return "close each bracket and quote"
    if not text.lstrip().startswith("States."):
        return "write a path that starts with $, or a call such as States.Format('{}', $.name)"
    try:
        call = parse_call(text)
    except IntrinsicSyntaxError as error:
        return "" if _is_unknown_path(error, text) else f"{error}"
    return next(_find_faults(call), "")


def _is_unknown_path(error: IntrinsicSyntaxError, text: str) -> bool:
    """Return whether only a path in the call is not understood. AWS may understand it."""
    return isinstance(error.__context__, PathSyntaxError) and is_closed(text)


def _find_faults(call: IntrinsicCall) -> Iterator[str]:
    """Yield why AWS refuses the call. It accepts a wrong number of arguments, with which the call fails (recorded)."""
    if call.name not in FUNCTIONS:
        names = [f"States.{name}" for name in FUNCTIONS]
        hint = suggest_name(f"States.{call.name}", names)
        yield f"there is no function States.{call.name}" + (f"; {hint}" if hint else "")
    for argument in call.arguments:
        match argument:
            case IntrinsicCall():
                yield from _find_faults(argument)
            case QuotedText(raw=raw) if _ESCAPED_WRONGLY.search(raw):
                yield "write a double quote in a text without a backslash before it"
