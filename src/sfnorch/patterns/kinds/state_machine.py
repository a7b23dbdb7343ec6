"""A state machine of another stack as a step of a flow and as a task of a dag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sfnorch.asl import AnyState, Expression, Substitution, Value, convert_expressions, convert_mapping
from sfnorch.integrations import external_execution
from sfnorch.integrations.work import TaskCall, retry_failures
from sfnorch.naming import derive_logical_key
from sfnorch.patterns.kinds.part import StepPart, TaskFrame, TaskPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.dag import DagTask
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.protocol.dag import TaskState
from sfnorch.workflow import DeploymentValue, Permission


def name_substitution(machine: str) -> str:
    """Return the name of the substitution with the ARN of `machine`, a state machine of another stack (name or ARN)."""
    return f"{derive_logical_key(machine)}Machine"


def _make_work(step: FlowStep, scope: FlowScope) -> TaskCall:
    machine = Substitution(name_substitution(step.state_machine or ""))
    whole: Value = scope.document if step.input is None else convert_expressions(step.input)
    return external_execution.build_call(machine, whole if isinstance(whole, Expression | dict) else {})


def _bind_names(plan: FlowPlan, steps: Sequence[FlowStep]) -> Mapping[str, DeploymentValue]:
    named = dict.fromkeys(step.state_machine for step in steps if step.state_machine)
    return {name_substitution(machine): external_execution.build_machine_arn(machine) for machine in named}


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> Iterator[Permission]:
    yield from external_execution.list_permissions(step.state_machine for step in steps if step.state_machine)
    yield external_execution.build_event_permission()


def _make_arguments(task: DagTask) -> Mapping[str, Value]:
    return external_execution.build_arguments(task.state_machine or "", convert_mapping(task.input or {}))


def _make_state(frame: TaskFrame) -> AnyState:
    return external_execution.run_execution(
        frame.name,
        arguments=frame.arguments,
        own_arn=frame.own_arn,
        retry=retry_failures(frame.retries, external_execution.NO_RETRY),
        catch=frame.catch,
        next_state=frame.next_state,
    )


def _list_task_permissions(tasks: Sequence[DagTask]) -> tuple[Permission, ...]:
    """Return the permissions, without those for the EventBridge rule, which the task state machine has anyway."""
    return external_execution.list_permissions(task.state_machine for task in tasks if task.state_machine)


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions, bind_names=_bind_names)
TASK = TaskPart(
    state_name=TaskState.RUN_STATE_MACHINE,
    make_arguments=_make_arguments,
    make_state=_make_state,
    list_permissions=_list_task_permissions,
)
