"""The plan's model by its `pattern`: every kind of plan there is."""

from __future__ import annotations

from sfnorch.plan.dag import DagPlan
from sfnorch.plan.models import DynamicPlan, MasterChildPlan

PLANS: dict[str, type[MasterChildPlan] | type[DynamicPlan] | type[DagPlan]] = {
    "master-child": MasterChildPlan,
    "dynamic": DynamicPlan,
    "dag": DagPlan,
}
"""The plan's model by its `pattern`."""

AnyPlan = MasterChildPlan | DynamicPlan | DagPlan
