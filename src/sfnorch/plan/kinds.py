"""The plan's model by its `pattern`: every kind of plan there is, each loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sfnorch.plan.continuous import ContinuousPlan
    from sfnorch.plan.dag import DagPlan
    from sfnorch.plan.flow import FlowPlan
    from sfnorch.plan.models import DynamicPlan, MasterChildPlan

    AnyPlan: TypeAlias = MasterChildPlan | DynamicPlan | DagPlan | ContinuousPlan | FlowPlan

PLANS = {
    "master-child": "models.MasterChildPlan",
    "dynamic": "models.DynamicPlan",
    "dag": "dag.DagPlan",
    "continuous": "continuous.ContinuousPlan",
    "flow": "flow.FlowPlan",
}
"""Where the model of each pattern's plan stands."""


def plan_model(pattern: str) -> type[AnyPlan]:
    """Return the model of the pattern's plan."""
    module, name = PLANS[pattern].split(".")
    model: type[AnyPlan] = getattr(import_module(f"sfnorch.plan.{module}"), name)
    return model
