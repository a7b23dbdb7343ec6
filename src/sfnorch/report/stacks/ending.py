"""What failed in an operation on a stack, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.aws.hints import find_hint
from sfnorch.aws.stacks import ROLLBACK_FAILED

if TYPE_CHECKING:
    from sfnorch.aws.stack_events import OperationEnd
    from sfnorch.documents.stacks import FailureData


def convert_ending(ending: OperationEnd) -> FailureData:
    """Return what failed as data."""
    return {
        "status": ending.status,
        "resource": ending.resource,
        "type": ending.type,
        "reason": ending.reason,
        "nestedStacks": list(ending.nested),
        "notRolledBack": [
            {"resource": each.path, "physicalId": each.physical_id, "type": each.type, "reason": each.reason}
            for each in ending.not_rolled_back
        ],
        "hint": suggest_fix(ending),
    }


def suggest_fix(ending: OperationEnd) -> str:
    """Return how to fix what failed, or an empty text if nothing is known."""
    hint = find_hint(ending.reason)
    if ending.status != ROLLBACK_FAILED:
        return hint
    continued = (
        "fix the cause and deploy again, which continues the rollback; "
        "--force-rollback skips the resources that cannot be rolled back"
    )
    return f"{hint}; {continued}" if hint else continued
