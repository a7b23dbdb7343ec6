"""A state machine of another stack in an exported DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.jinja import render_document
from sfnorch.airflow.kinds.part import ExportedStep, StepExport, TaskExport, list_task_retries
from sfnorch.airflow.literals import SourceCall

if TYPE_CHECKING:
    from sfnorch.airflow.run_context import ReadableRun
    from sfnorch.plan.models.dag import DagTask
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


def _make_call(exported: ExportedStep) -> SourceCall:
    retries, step = exported.retries, exported.step
    return operators.start_machine(exported.task_id, step.state_machine or "", exported.input, retries, step.timeout)


def _list_variables(plan: FlowPlan, steps: Sequence[FlowStep], dag_id: str) -> Mapping[str, str]:
    return operators.list_machine_variables(step.state_machine for step in steps if step.state_machine)


def _make_task_call(task: DagTask, task_id: str, run: ReadableRun) -> SourceCall:
    given = render_document(task.input or {}, run.find_source)
    return operators.start_machine(task_id, task.state_machine or "", given, list_task_retries(task))


def _list_task_variables(tasks: Sequence[DagTask]) -> Mapping[str, str]:
    return operators.list_machine_variables([task.state_machine for task in tasks if task.state_machine])


STEP = StepExport(imports=operators.MACHINE, make_call=_make_call, list_variables=_list_variables)
TASK = TaskExport(imports=operators.MACHINE, make_call=_make_task_call, list_variables=_list_task_variables)
