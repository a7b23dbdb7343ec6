"""JSONata without the blanks that only people need: the same expression in fewer characters.

https://docs.jsonata.org/overview
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    # texts, quoted names, comments
    (?P<whole> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | /\*.*?\*/ )
    # a regex follows one of these; elsewhere / divides
    | (?<=[(,=]) \s* (?P<regex> /(?:[^/\\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+/ )
    | (?P<blanks> \s+ )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_APART = frozenset("()[]{},;:?=&")
"""Characters that no blank need stand beside."""

_CODE = ("${", "{%", "%}")
"""Pairs that folding must not make: Step Functions and CloudFormation take them for code."""


def fold(code: str) -> str:
    """Return the expression without the blanks that it does not need; texts, regexes and names stay as they are."""
    folded = ""
    for match in _TOKEN.finditer(code):
        if match["blanks"] is None:
            folded += match["regex"] or match[0]
            continue
        before, after = folded[-1:], code[match.end() : match.end() + 1]
        is_needed = not _APART & {before, after} or before + after in _CODE
        folded += " " if before and after and is_needed else ""
    return folded
