"""How many items of a fan-out run at the same time. An item runs one Glue job at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

MAX_JOB_RUNS = 200
"""The number of concurrent Glue job runs that an account can have by default, which AWS raises on request.

A public listing of Service Quotas has 200, an older answer on re:Post 50, a newer one 2,000: it differs by account.
https://docs.aws.amazon.com/general/latest/gr/glue.html (documented; the value assumed)
"""


def count_concurrent_items(plan: AnyPlan) -> int:
    """Return the largest number of items of a fan-out that run at the same time; 0 for other patterns."""
    if plan.pattern != "fan-out":
        return 0
    listed = plan.items.listed
    return plan.max_concurrency if listed is None else min(plan.max_concurrency, len(listed))
