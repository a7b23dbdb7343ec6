"""What the expressions of a template refer to, where CloudFormation may have something to fill in."""

from __future__ import annotations

from sfnorch import expressions
from sfnorch.template.intrinsics import UNKNOWN

NUMBERS = frozenset(
    {
        *("TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency", "ToleratedFailureCount"),
        *("ToleratedFailurePercentage", "MaxItems", "MaxItemsPerBatch", "MaxInputBytesPerBatch"),
    }
)
"""Fields of states that take a number, or an expression."""


def names(expression: str) -> expressions.Names:
    """Return what the expression refers to; what only CloudFormation knows is taken for a number."""
    found = expressions.names(expression)
    return expressions.names(UNKNOWN.sub("0", expression)) if found.fault and UNKNOWN.search(expression) else found
