"""What a plan says about its runs: whether they have parameters and dates, and in which time zone the dates are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.plan.default import DefaultPlan
from sfnorch.plan.item_chains import list_item_chains
from sfnorch.protocol.run_context import RunVariable

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

RUN_VARIABLES = (RunVariable.PARAMS, RunVariable.RUN, RunVariable.ENVIRONMENT)
"""The variables that expressions of all patterns can use."""

PATTERN_VARIABLES = {
    "master-child": ("child", "thread"),
    "dynamic": ("thread",),
    "dag": ("task",),
    "fan-out": ("item",),
}
"""The further variables of a pattern."""

UTC = "UTC"


def has_run_context(plan: AnyPlan) -> bool:
    """Return whether the state machines of the plan resolve parameters, the date and the ID of a run.

    They do so only if the plan uses one of them. The items of a fan-out always have their run.
    """
    if list_item_chains(plan) or plan.parameters or plan.run_id_argument:
        return True
    if plan.overlap is not None and plan.overlap.mode != "allow":
        return True
    if plan.pattern == "dynamic":
        return _has_run_variable(plan)
    return bool(plan.starts) or plan.backfill or _has_run_variable(plan)


def find_time_zone(plan: AnyPlan) -> str:
    """Return the time zone of the dates of runs: that of the plan, else that of its schedule, else UTC."""
    schedule = None if plan.pattern == "dynamic" else plan.schedule
    return plan.timezone or (schedule.timezone if schedule else UTC)


def list_variables(pattern: str) -> tuple[str, ...]:
    """Return the variables of a run that expressions of this pattern can use."""
    return (*RUN_VARIABLES, *PATTERN_VARIABLES.get(pattern, ()))


def _has_run_variable(plan: AnyPlan) -> bool:
    if isinstance(plan, DefaultPlan):
        return False
    return not plan.expression_variables.isdisjoint(list_variables(plan.pattern))
