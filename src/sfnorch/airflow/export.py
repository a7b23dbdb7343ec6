"""Export a plan as the text of its DAG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow.source import render_source
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.airflow.dag import Dag
    from sfnorch.plan.kinds import AnyPlan


def build_airflow_dag(plan: AnyPlan) -> Dag:
    """Return the plan's DAG. Raises SfnorchError for features that Airflow does not have."""
    match plan.pattern:
        case "master-child":
            from sfnorch.airflow.chains import build_chains_dag

            return build_chains_dag(plan)
        case "dynamic":
            from sfnorch.airflow.given import build_given_dag

            return build_given_dag(plan)
        case "dag":
            from sfnorch.airflow.tasks import build_tasks_dag

            return build_tasks_dag(plan)
        case "flow":
            from sfnorch.airflow.flow import build_flow_dag

            return build_flow_dag(plan)
        case "fan-out":
            from sfnorch.airflow.fan_out import build_fan_out_dag

            return build_fan_out_dag(plan)
    raise SfnorchError(
        "pattern: continuous can't be exported: a DAG run has to end",
        hint="use a DAG with a schedule; master-child, dynamic, dag, flow and fan-out can be exported",
    )


def render_airflow_source(plan: AnyPlan) -> str:
    """Return the plan's DAG as a Python file. Raises SfnorchError for features that Airflow does not have."""
    return render_source(build_airflow_dag(plan))
