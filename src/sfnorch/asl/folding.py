"""Remove optional blanks from JSONata: the same expression in fewer characters.

https://docs.jsonata.org/overview
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    # strings, quoted names, comments
    (?P<whole> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | /\*.*?\*/ )
    # a regex follows one of these; elsewhere / divides
    | (?<=[(,=]) \s* (?P<regex> /(?:[^/\\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+/ )
    | (?P<blanks> \s+ )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_APART = frozenset("()[]{},;:?=&<>+")
"""Characters that need no blank before or after them."""

_CODE = ("${", "{%", "%}")
"""Pairs that folding must not create: Step Functions or CloudFormation would evaluate them."""


def fold(code: str) -> str:
    """Return the expression without optional blanks. Strings, regexes and names do not change."""
    folded = ""
    for match in _TOKEN.finditer(code):
        if match["blanks"] is None:
            folded += match["regex"] or match[0]
            continue
        before, after = folded[-1:], code[match.end() : match.end() + 1]
        is_needed = not _APART & {before, after} or before + after in _CODE
        folded += " " if before and after and is_needed else ""
    return folded
