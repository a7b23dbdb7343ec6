"""The chains of a plan that run for every item of a list: a fan-out, and children of a master that are fan-outs."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from sfnorch.plan.paths import Path

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from sfnorch.plan.kinds import AnyChild, AnyPlan
    from sfnorch.plan.models.fan_out import FanOutChild, ItemChain


def is_fan_out(child: AnyChild) -> TypeIs[FanOutChild]:
    """Return whether the jobs of the child run for every item of a list."""
    return hasattr(child, "items")


def list_item_chains(plan: AnyPlan) -> dict[Path, ItemChain]:
    """Return the chains that run for every item of a list, by their paths in the plan."""
    match plan.pattern:
        case "fan-out":
            return {(): plan}
        case "master-child":
            return {("children", index): child for index, child in enumerate(plan.children) if is_fan_out(child)}
    return {}


def count_concurrent_items(chain: ItemChain) -> int:
    """Return the largest number of items that run at the same time. An item, or a batch, runs one job at a time."""
    listed = chain.items.listed
    if listed is None:
        return chain.max_concurrency
    return min(chain.max_concurrency, ceil(len(listed) / (chain.batch or 1)))


def count_all_concurrent_items(plan: AnyPlan) -> int:
    """Return the largest number of items of all chains that run at the same time; 0 for a plan without items."""
    return sum(map(count_concurrent_items, list_item_chains(plan).values()))
