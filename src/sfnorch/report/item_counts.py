"""The numbers of items of a fan-out, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.aws.map_runs import ItemCounts
    from sfnorch.documents.items import ItemCountsData


def convert_counts(counts: ItemCounts) -> ItemCountsData:
    """Return the numbers as data."""
    return {
        "total": counts.total,
        "pending": counts.pending,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "stopped": counts.stopped,
    }
