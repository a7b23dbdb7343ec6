"""A SQL statement in Redshift in an exported DAG."""

from __future__ import annotations

from sfnorch.airflow import operators
from sfnorch.airflow.jinja import quote_jinja_text, render_jinja_text
from sfnorch.airflow.kinds.part import ExportedStep, StepExport
from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.airflow.readable_variables import ReadableVariables


def _make_call(exported: ExportedStep) -> SourceCall:
    wanted, variables, limits = exported.step.redshift_sql, exported.variables, exported.limits
    assert wanted is not None  # noqa: S101 - the registry calls it for this kind only
    parameters: list[Literal] = [
        {"name": name, "value": render_text(value, variables)} for name, value in wanted.parameters.items()
    ]
    found: dict[str, Literal | None] = {
        "task_id": exported.task_id,
        "sql": render_text(wanted.sql, variables),
        "parameters": parameters or None,
        "database": render_text(wanted.database, variables),
        "cluster_identifier": wanted.cluster,
        "workgroup_name": wanted.workgroup,
        "secret_arn": wanted.secret_arn,
        "db_user": wanted.db_user and render_text(wanted.db_user, variables),
        # in Airflow 3, a task's timeout has no effect while it is deferred
        "deferrable": "execution_timeout" not in limits,
    }
    keywords = {key: value for key, value in found.items() if value is not None}
    return SourceCall(function="RedshiftDataOperator", keywords={**keywords, **limits})


def render_text(text: str, variables: ReadableVariables) -> str:
    """Return the text; as a Jinja literal if Airflow would read it as the name of a template file."""
    return quote_jinja_text(text) if text.endswith(".sql") else render_jinja_text(text, variables.find_source)


STEP = StepExport(imports=operators.REDSHIFT, make_call=_make_call)
