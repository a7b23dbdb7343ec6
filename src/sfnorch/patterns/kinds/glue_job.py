"""A Glue job as a step of a flow and as a task of a dag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.asl import AnyState, Value, jsonata
from sfnorch.integrations import glue_job
from sfnorch.integrations.work import TaskCall
from sfnorch.patterns.job_arguments import convert_arguments
from sfnorch.patterns.kinds.part import StepPart, TaskFrame, TaskPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.dag import DagTask
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.protocol.dag import TaskState
from sfnorch.workflow import Permission


def _make_work(step: FlowStep, scope: FlowScope) -> TaskCall:
    return glue_job.build_call(step.glue_job or "", step, convert_arguments({**scope.run_arguments, **step.arguments}))


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> tuple[Permission, ...]:
    return glue_job.list_permissions(plan.job_names)


def _make_arguments(task: DagTask) -> Mapping[str, Value]:
    return glue_job.start_arguments(task, task.glue_job or "", convert_arguments(task.arguments))


def _make_state(frame: TaskFrame) -> AnyState:
    return glue_job.run_job(
        frame.name,
        arguments=frame.arguments,
        retries=frame.retries,
        catch=frame.catch,
        output=jsonata("{}"),
        next_state=frame.next_state,
    )


def _list_task_permissions(tasks: Sequence[DagTask]) -> tuple[Permission, ...]:
    return glue_job.list_permissions([task.glue_job for task in tasks if task.glue_job])


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions)
TASK = TaskPart(
    state_name=TaskState.RUN_JOB,
    make_arguments=_make_arguments,
    make_state=_make_state,
    list_permissions=_list_task_permissions,
)
