"""What failed in an operation on a stack, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.aws.hints import hint

if TYPE_CHECKING:
    from sfnorch.aws.stack_events import OperationEnd
    from sfnorch.report.documents.stacks import FailureData


def ending_data(ending: OperationEnd) -> FailureData:
    """Return what failed as data."""
    return {
        "status": ending.status,
        "resource": ending.resource,
        "type": ending.type,
        "reason": ending.reason,
        "hint": hint(ending.reason),
    }
