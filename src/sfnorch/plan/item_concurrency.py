"""How many items of a fan-out run at the same time. An item, and a batch, runs one Glue job at a time."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan


def count_concurrent_items(plan: AnyPlan) -> int:
    """Return the largest number of items of a fan-out that run at the same time; 0 for other patterns."""
    if plan.pattern != "fan-out":
        return 0
    listed = plan.items.listed
    return plan.max_concurrency if listed is None else min(plan.max_concurrency, ceil(len(listed) / (plan.batch or 1)))
