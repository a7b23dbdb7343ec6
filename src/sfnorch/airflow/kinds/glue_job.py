"""A Glue job in an exported DAG."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.jinja import UnsupportedInAirflowError, ValuePath, escape_text, format_literal
from sfnorch.airflow.kinds.part import ExportedStep, StepExport, TaskExport
from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.airflow.readable_variables import VariableReader
from sfnorch.airflow.run_context import ReadableRun

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagTask
    from sfnorch.plan.models.flow import FlowStep


def _make_call(exported: ExportedStep) -> SourceCall:
    retries = exported.retries
    arguments = (exported.task_id, escape_text(exported.step.glue_job or ""))
    return SourceCall(function="glue_job", arguments=arguments, keywords={**_list_settings(exported), **retries})


def _list_settings(exported: ExportedStep) -> dict[str, Literal]:
    """Return the settings of the job run. Glue enforces the timeout: a timeout of the trigger would not stop it."""
    step = exported.step
    minutes = math.ceil(step.timeout / 60) if step.timeout else None
    found: dict[str, Literal] = {}
    if arguments := exported.variables.render_arguments(step.arguments):
        found["script_args"] = arguments
    settings = operators.run_settings(
        step.worker_type,
        step.number_of_workers,
        step.execution_class,
        step.security_configuration,
        minutes,
        step.job_run_queuing,
    )
    return found | ({"run_job_kwargs": settings} if settings else {})


def _keep_result(step: FlowStep, full_id: str) -> VariableReader:
    fields = {"job": format_literal(step.glue_job or ""), "runId": f"ti.xcom_pull(task_ids='{full_id}')"}

    def find_field(way: ValuePath) -> str:
        if not way:
            return "{" + ", ".join(f'"{key}": {value}' for key, value in fields.items()) + "}"
        if len(way) > 1 or way[0] not in fields:
            raise UnsupportedInAirflowError(f"values of {step.name} other than its job and runId")
        return fields[str(way[0])]

    return find_field


def _make_task_call(task: DagTask, task_id: str, run: ReadableRun) -> SourceCall:
    settings = {**operators.build_retry_argument(task), **operators.build_job_settings(task, run)}
    return SourceCall(function="glue_job", arguments=(task_id, escape_text(task.glue_job or "")), keywords=settings)


STEP = StepExport(imports=operators.GLUE, make_call=_make_call, keep_result=_keep_result)
TASK = TaskExport(imports=operators.GLUE, make_call=_make_task_call)
