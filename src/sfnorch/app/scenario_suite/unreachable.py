"""Explain which parts of the state machines of a pattern no run can reach."""

from __future__ import annotations

from sfnorch.protocol.dag import TaskState
from sfnorch.protocol.fan_out import ItemState
from sfnorch.scenarios.coverage import Coverage

_REASONS: tuple[tuple[str, str, str], ...] = (
    (TaskState.CHOOSE_WORK, "Default", "each task of the plan has its own rule"),
    (ItemState.CHOOSE_START, "Default", "each item has a single job"),
    ("ChooseStart again", "Default", "each item has a single job"),
    (ItemState.CHOOSE_START, "Choices", "RunItems starts each item with its first job"),
)


def list_unreachable(coverage: Coverage) -> dict[str, str]:
    """Return the parts that no run can reach, each with the reason."""
    return {
        str(part): reason
        for part in coverage.parts
        for state, name, reason in _REASONS
        if part.state == state and part.name.startswith(name)
    }
