"""Export a plan to another orchestrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sfnorch.airflow.export import build_airflow_dag
from sfnorch.airflow.source import render_source
from sfnorch.app.sources import PlanSource, load_plan_or_default


@dataclass(frozen=True, slots=True)
class AirflowExport:
    """A plan as a DAG for Apache Airflow."""

    dag_id: str
    text: str
    """The Python file of the DAG."""
    variables: Mapping[str, str]
    """The Airflow variables that the DAG reads, each with its meaning."""


def export_airflow(plan: PlanSource = None) -> AirflowExport:
    """Return the plan as a DAG for Apache Airflow, as `sfnorch export airflow` writes it.

    Raises PlanError for an invalid plan, and SfnorchError, with all of them, for parts that Airflow does not support.
    """
    dag = build_airflow_dag(load_plan_or_default(plan))
    return AirflowExport(dag_id=dag.dag_id, text=render_source(dag), variables=dag.variables)
