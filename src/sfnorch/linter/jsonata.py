"""The names that an expression of a template refers to, also if CloudFormation substitutes a part of it."""

from __future__ import annotations

from sfnorch import expressions
from sfnorch.template.intrinsics import UNKNOWN


def find_names(expression: str) -> expressions.ExpressionNames:
    """Return the names that the expression refers to. A value that only CloudFormation knows counts as a number."""
    found = expressions.find_names(expression)
    return expressions.find_names(UNKNOWN.sub("0", expression)) if found.fault and UNKNOWN.search(expression) else found
