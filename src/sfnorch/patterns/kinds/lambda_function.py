"""A Lambda function as a step of a flow and as a task of a dag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.asl import AnyState, Substitution, Value, convert_expressions, convert_mapping
from sfnorch.integrations import lambda_function
from sfnorch.integrations.work import TaskCall, retry_failures
from sfnorch.naming import derive_logical_key
from sfnorch.patterns.kinds.part import StepPart, TaskFrame, TaskPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.dag import DagTask
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.protocol.dag import TaskState
from sfnorch.workflow import DeploymentValue, FunctionArn, Permission


def list_function_keys(plan: FlowPlan) -> dict[str, str]:
    """Return the prefix of the logical ids of each function, by its name: `CleanOrders` for clean-orders."""
    return {function.name: derive_logical_key(function.name) for function in plan.functions}


def _name_substitution(key: str) -> str:
    """Return the name of the substitution with the ARN of the function with this key."""
    return f"{key}Function"


def _make_work(step: FlowStep, scope: FlowScope) -> TaskCall:
    name = step.function or ""
    key = scope.functions.get(name)
    payload = scope.document if step.input is None else convert_expressions(step.input)
    return lambda_function.build_call(Substitution(_name_substitution(key)) if key else name, payload)


def _bind_names(plan: FlowPlan, steps: Sequence[FlowStep]) -> Mapping[str, DeploymentValue]:
    called = {step.function for step in steps}
    return {
        _name_substitution(key): FunctionArn(key) for name, key in list_function_keys(plan).items() if name in called
    }


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> tuple[Permission, ...]:
    keys = list_function_keys(plan)
    called = dict.fromkeys(step.function for step in steps if step.function)
    others = [name for name in called if name not in keys]
    return lambda_function.list_permissions(others, [keys[name] for name in called if name in keys])


def _make_arguments(task: DagTask) -> Mapping[str, Value]:
    return lambda_function.build_arguments(task.function or "", convert_mapping(task.input or {}))


def _make_state(frame: TaskFrame) -> AnyState:
    return lambda_function.invoke(
        frame.name,
        arguments=frame.arguments,
        retry=retry_failures(frame.retries, lambda_function.NO_RETRY),
        catch=frame.catch,
        next_state=frame.next_state,
    )


def _list_task_permissions(tasks: Sequence[DagTask]) -> tuple[Permission, ...]:
    return lambda_function.list_permissions([task.function for task in tasks if task.function])


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions, bind_names=_bind_names)
TASK = TaskPart(
    state_name=TaskState.INVOKE_FUNCTION,
    make_arguments=_make_arguments,
    make_state=_make_state,
    list_permissions=_list_task_permissions,
)
