"""The items of a fan-out, in the documents of executions and of stacks."""

from __future__ import annotations

from typing import TypedDict


class ItemCountsData(TypedDict):
    """The numbers of items of a fan-out."""

    total: int
    """All items."""
    pending: int
    """Items that have not started."""
    running: int
    """Items that are running."""
    succeeded: int
    """Items that have succeeded, or that the plan skips."""
    failed: int
    """Items that have failed; in an execution that has ended, also those that were stopped."""
    stopped: int
    """Items that were stopped, or timed out, while they ran."""
