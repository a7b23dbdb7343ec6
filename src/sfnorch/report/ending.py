"""What failed in an operation on a stack, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.aws.hints import find_hint

if TYPE_CHECKING:
    from sfnorch.aws.stack_events import OperationEnd
    from sfnorch.report.documents.stacks import FailureData


def convert_ending(ending: OperationEnd) -> FailureData:
    """Return what failed as data."""
    return {
        "status": ending.status,
        "resource": ending.resource,
        "type": ending.type,
        "reason": ending.reason,
        "hint": find_hint(ending.reason),
    }
