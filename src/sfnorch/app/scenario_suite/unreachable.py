"""Explain which parts of the state machines of a pattern no run can reach."""

from __future__ import annotations

from sfnorch.scenarios.coverage import Coverage

_REASONS: tuple[tuple[str, str, str], ...] = (
    ("ChooseWork", "Default", "each task of the plan has its own rule"),
    ("ChooseStart", "Default", "each item has a single job"),
    ("ChooseStart again", "Default", "each item has a single job"),
    ("ChooseStart", "Choices", "RunItems starts each item with its first job"),
)


def list_unreachable(coverage: Coverage) -> dict[str, str]:
    """Return the parts that no run can reach, each with the reason."""
    return {
        str(part): reason
        for part in coverage.parts
        for state, name, reason in _REASONS
        if part.state == state and part.name.startswith(name)
    }
