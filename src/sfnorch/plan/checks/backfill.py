"""Checks of `backfill`: whether the pattern runs dates, and whether the name of the state machine is free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.plan.names import BACKFILL_MACHINE
from sfnorch.plan.paths import Fault

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan


def check_backfill(plan: WrittenPlan) -> Iterator[Fault]:
    """Yield why the plan cannot have a state machine for backfills."""
    if plan.pattern == "dynamic" or not plan.backfill:
        return
    if plan.pattern == "fan-out" and plan.items.input:
        fault = "a backfill has no items in its input; remove backfill, or use items in S3 or in the plan"
        yield ("backfill",), fault
    if plan.pattern == "continuous":
        yield ("backfill",), "a continuous plan has no runs for dates; remove backfill, or choose another pattern"
    if plan.pattern == "master-child":
        for index, child in enumerate(plan.children):
            if child.name.lower() == BACKFILL_MACHINE:
                fault = f"{child.name!r} is reserved for the state machine of backfills; choose another name"
                yield ("children", index, "name"), fault
