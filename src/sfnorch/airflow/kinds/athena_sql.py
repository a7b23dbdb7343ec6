"""A query in Athena in an exported DAG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow.jinja import UnsupportedInAirflowError, quote_jinja_text
from sfnorch.airflow.kinds.part import ExportedStep, StepExport, TaskExport, list_task_retries
from sfnorch.airflow.literals import Literal, SourceCall

if TYPE_CHECKING:
    from sfnorch.airflow.run_context import ReadableRun
    from sfnorch.plan.models.dag import DagTask
    from sfnorch.plan.steps.athena_sql import AthenaSql

_IMPORTS = "from airflow.providers.amazon.aws.operators.athena import AthenaOperator"


def _make_call(exported: ExportedStep) -> SourceCall:
    limits, query = exported.limits, exported.step.athena_sql
    assert query is not None  # noqa: S101 - the registry calls it for this kind only
    # in Airflow 3, a task's timeout has no effect while it is deferred
    return _make_operator(exported.task_id, query, limits, deferrable="execution_timeout" not in limits)


def _make_task_call(task: DagTask, task_id: str, run: ReadableRun) -> SourceCall:
    assert task.athena_sql is not None  # noqa: S101 - the registry calls it for this kind only
    return _make_operator(task_id, task.athena_sql, list_task_retries(task), deferrable=True)


def _make_operator(task_id: str, query: AthenaSql, settings: dict[str, Literal], *, deferrable: bool) -> SourceCall:
    """Return the call of the operator, which has no argument for the values of question marks."""
    if query.parameters:
        raise UnsupportedInAirflowError("parameters of a query in Athena")
    found: dict[str, Literal | None] = {
        "task_id": task_id,
        "query": quote_jinja_text(query.sql) if "{" in query.sql or query.sql.endswith(".sql") else query.sql,
        "database": query.database or "default",
        "catalog": query.catalog,
        "workgroup": query.workgroup,
        "output_location": query.output,
        "deferrable": deferrable,
    }
    keywords = {key: value for key, value in found.items() if value is not None}
    return SourceCall(function="AthenaOperator", keywords={**keywords, **settings})


STEP = StepExport(imports=_IMPORTS, make_call=_make_call)
TASK = TaskExport(imports=_IMPORTS, make_call=_make_task_call)
