"""The kinds of plans, and the model for each `pattern`; a model's module is imported when it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sfnorch.plan.default import DefaultChild, DefaultJob, DefaultPlan
    from sfnorch.plan.models.continuous import ContinuousPlan
    from sfnorch.plan.models.dag import DagPlan
    from sfnorch.plan.models.dynamic import DynamicPlan
    from sfnorch.plan.models.fan_out import FanOutChild, FanOutPlan
    from sfnorch.plan.models.flow import FlowPlan
    from sfnorch.plan.models.job import Job
    from sfnorch.plan.models.master_child import Child, MasterChildPlan

    WrittenPlan: TypeAlias = MasterChildPlan | DynamicPlan | DagPlan | ContinuousPlan | FlowPlan | FanOutPlan
    ScheduledPlan: TypeAlias = MasterChildPlan | DagPlan | ContinuousPlan | FlowPlan | FanOutPlan
    AnyPlan: TypeAlias = WrittenPlan | DefaultPlan
    ChainsPlan: TypeAlias = MasterChildPlan | DefaultPlan
    AnyChain: TypeAlias = Child | DefaultChild
    AnyChild: TypeAlias = AnyChain | FanOutChild
    AnyJob: TypeAlias = Job | DefaultJob

PLANS = {
    "master-child": "master_child.MasterChildPlan",
    "dynamic": "dynamic.DynamicPlan",
    "dag": "dag.DagPlan",
    "continuous": "continuous.ContinuousPlan",
    "flow": "flow.FlowPlan",
    "fan-out": "fan_out.FanOutPlan",
}
"""The module and the class of each pattern's plan."""


def load_plan_model(pattern: str) -> type[WrittenPlan]:
    """Return the model of the pattern's plan."""
    module, name = PLANS[pattern].split(".")
    model: type[WrittenPlan] = getattr(import_module(f"sfnorch.plan.models.{module}"), name)
    return model
