"""Calls of intrinsic functions: syntax, names, and numbers of arguments.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from sfnorch.definitions.fault import suggest_name
from sfnorch.query_syntax.intrinsic_calls import IntrinsicCall, IntrinsicSyntaxError, QuotedText, parse_call
from sfnorch.query_syntax.paths import PathSyntaxError, is_closed

_COUNTS: Mapping[str, tuple[int, int | None]] = {
    "Array": (0, None),
    "ArrayContains": (2, 2),
    "ArrayGetItem": (2, 2),
    "ArrayLength": (1, 1),
    "ArrayPartition": (2, 2),
    "ArrayRange": (3, 3),
    "ArrayUnique": (1, 1),
    "Base64Decode": (1, 1),
    "Base64Encode": (1, 1),
    "Format": (1, None),
    "Hash": (2, 2),
    "JsonMerge": (3, 3),
    "JsonToString": (1, 1),
    "MathAdd": (2, 2),
    "MathRandom": (2, 3),
    "StringSplit": (2, 2),
    "StringToJson": (1, 1),
    "UUID": (0, 0),
}
"""The smallest and the largest number of arguments of each function."""

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
    count = len(call.arguments)
    if call.name not in _COUNTS:
        names = [f"States.{name}" for name in _COUNTS]
        hint = suggest_name(f"States.{call.name}", names)
        yield f"there is no function States.{call.name}" + (f"; {hint}" if hint else "")
    else:
        least, most = _COUNTS[call.name]
        if count < least or (most is not None and count > most):
            wanted = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            yield f"States.{call.name} has {count} arguments, but takes {wanted}"
    for argument in call.arguments:
        if isinstance(argument, IntrinsicCall):
            yield from _find_faults(argument)
        elif isinstance(argument, QuotedText) and _ESCAPED_WRONGLY.search(argument.raw):
            yield "write a double quote in a text without a backslash before it"
