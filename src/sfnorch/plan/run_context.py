"""What a plan says about its runs: whether they have parameters and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan


def has_run_context(plan: AnyPlan) -> bool:
    """Return whether the state machines of the plan resolve parameters, the date and the ID of a run."""
    if plan.parameters or plan.run_id_argument:
        return True
    return plan.pattern != "dynamic" and (bool(plan.starts) or plan.backfill)
