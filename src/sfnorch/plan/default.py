"""The plan that is used without a file. It needs no reading and no validation, which take most of the time."""

from __future__ import annotations

from sfnorch.plan.models.master_child import MasterChildPlan


def build_default_plan() -> MasterChildPlan:
    """Return the plan that is used without a file: a master and five children with placeholder jobs."""
    return MasterChildPlan.model_construct(pattern="master-child")
