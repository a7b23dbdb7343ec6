"""The difference between what is expected and what was found, as lines that can be compared."""

from __future__ import annotations

import difflib
import json

from sfnorch.json_values import Json, write_compact
from sfnorch.scenarios.matchers import Mismatch, Words

_LONGEST = 100
"""The number of characters of a value that are shown."""
_KEPT = 20
"""The number of equal characters that are shown before the first difference of long values."""
_MOST_LINES = 12
"""The number of lines of a text that are shown."""
_CONTEXT = 2
"""The number of equal lines that are shown around a different line."""


def list_difference_lines(mismatch: Mismatch) -> list[str]:
    """Return the expected and the found value below each other; the difference of texts of several lines."""
    expected = _read_text(mismatch.expected)
    if isinstance(mismatch.found, str) and expected is not None and "\n" in expected + mismatch.found:
        return _compare_lines(expected, mismatch.found)
    if isinstance(mismatch.found, str) and "\n" in mismatch.found:
        return [f"expected  {_cut(mismatch.expected)}", *_list_text_lines(mismatch.found)]
    left, right = _shorten(mismatch.expected, describe_found(mismatch.found))
    return [f"expected  {left}", f"found     {right}"]


def describe_found(found: Json) -> str:
    """Return what was found: a value as JSON, or the words that describe it."""
    return str(found) if isinstance(found, Words) else write_compact(found)


def _read_text(expected: str) -> str | None:
    """Return the expected text; None if something else is expected."""
    if not expected.startswith('"'):
        return None
    try:
        text = json.loads(expected)
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def _compare_lines(expected: str, found: str) -> list[str]:
    differences = difflib.unified_diff(expected.split("\n"), found.split("\n"), n=_CONTEXT, lineterm="")
    rows = [line for line in differences if not line.startswith(("---", "+++"))]
    return ["- expected", "+ found", *(f"  {_cut(row)}".rstrip() for row in rows)]


def _list_text_lines(text: str) -> list[str]:
    """Return the first lines of a text that was found."""
    lines = text.split("\n")
    shown = [_cut(line) for line in lines[:_MOST_LINES]] + (["…"] if len(lines) > _MOST_LINES else [])
    return [f"{'' if index else 'found':10}{line}".rstrip() for index, line in enumerate(shown)]


def _shorten(expected: str, found: str) -> tuple[str, str]:
    """Return both values, of which long ones begin shortly before their first difference."""
    if max(len(expected), len(found)) > _LONGEST:
        same = _count_equal(expected, found) - _KEPT
        if same > 0:
            expected, found = f"…{expected[same:]}", f"…{found[same:]}"
    return _cut(expected), _cut(found)


def _count_equal(expected: str, found: str) -> int:
    """Return how many characters are equal at the start."""
    pairs = enumerate(zip(expected, found, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(expected), len(found)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
