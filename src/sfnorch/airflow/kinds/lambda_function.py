"""A Lambda function in an exported DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.jinja import append_path, render_document
from sfnorch.airflow.kinds.part import ExportedStep, StepExport, TaskExport, list_task_retries
from sfnorch.airflow.literals import SourceCall
from sfnorch.airflow.readable_variables import VariableReader
from sfnorch.plan.names import STACK_NAME

if TYPE_CHECKING:
    from sfnorch.airflow.run_context import ReadableRun
    from sfnorch.plan.models.dag import DagTask
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


def _make_call(exported: ExportedStep) -> SourceCall:
    limits, name = exported.limits, exported.step.function or ""
    is_own = any(function.name == name for function in exported.plan.functions)
    stack = f"{{{{ var.value.get('{exported.dag_id}_stack_name', '{STACK_NAME}') }}}}"
    return operators.invoke(exported.task_id, f"{stack}-{name}" if is_own else name, exported.input, **limits)


def _keep_result(step: FlowStep, full_id: str) -> VariableReader:
    return lambda way: append_path(f"macros.json.loads(ti.xcom_pull(task_ids='{full_id}'))", way)


def _list_variables(plan: FlowPlan, steps: Sequence[FlowStep], dag_id: str) -> Mapping[str, str]:
    own = {function.name for function in plan.functions}
    if not any(step.function in own for step in steps):
        return {}
    return {f"{dag_id}_stack_name": f"the stack that has the functions; {STACK_NAME} unless set"}


def _make_task_call(task: DagTask, task_id: str, run: ReadableRun) -> SourceCall:
    return operators.invoke(
        task_id, task.function or "", render_document(task.input or {}, run.find_source), **list_task_retries(task)
    )


STEP = StepExport(
    imports=operators.LAMBDA, make_call=_make_call, keep_result=_keep_result, list_variables=_list_variables
)
TASK = TaskExport(imports=operators.LAMBDA, make_call=_make_task_call)
