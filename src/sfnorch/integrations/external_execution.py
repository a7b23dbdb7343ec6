"""`states:startExecution.sync:2` of a state machine of another stack.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sfnorch.asl import Catcher, Expression, Retrier, Substitution, Task, Value, jsonata, read_program
from sfnorch.calls.executions import FOLLOWING_ACTIONS, MANAGED_RULE, RULE_ACTIONS, RUN_EXECUTION, START_ACTIONS
from sfnorch.integrations.joined_execution import TRANSIENT_START_ERRORS
from sfnorch.integrations.work import TaskCall
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.workflow import Arn, DeploymentValue, Permission

NO_RETRY = Retrier(errors=RUN_EXECUTION.permanent, max_attempts=0)
"""Errors that a retry does not resolve. Nothing has run, so the `retries` in the plan do not apply."""


def run_execution(
    name: str,
    *,
    arguments: Expression,
    own_arn: Expression,
    retry: tuple[Retrier, ...],
    catch: tuple[Catcher, ...],
    next_state: str,
) -> Task:
    """Return a task that starts the state machine in the expression `arguments`, and waits for the execution.

    A state machine without an ARN is in the region and account of the ARN that `own_arn` yields.
    """
    program = read_program(__package__, "execution_arguments")
    return Task(
        name=name,
        resource=RUN_EXECUTION.resource,
        arguments=program.fill(arguments=arguments, own_arn=own_arn, started_by=STARTED_BY),
        retry=(TRANSIENT_START_ERRORS, *retry),
        catch=catch,
        output={},
        next=next_state,
    )


def build_call(machine: Substitution, given: Mapping[str, Value] | Expression) -> TaskCall:
    """Return the call that starts an execution and waits for it. Its result is the output of the execution.

    `machine` is the substitution with the ARN, and `given` the input: a mapping, or an expression that yields one.
    """
    started_by = jsonata("$states.context.Execution.Id")
    whole: Value = (
        jsonata("$merge([(<{given}>), {<<key>>: <{value}>}])", given=given, key=STARTED_BY, value=started_by)
        if isinstance(given, Expression)
        else {**given, STARTED_BY: started_by}
    )
    return TaskCall(
        resource=RUN_EXECUTION.resource,
        arguments={"StateMachineArn": machine, "Input": whole},
        result=jsonata("$states.result.Output"),
        passing=(TRANSIENT_START_ERRORS,),
        no_use=(NO_RETRY,),
    )


def build_machine_arn(machine: str) -> DeploymentValue:
    """Return the ARN of a state machine; `machine` is its name or its ARN."""
    return machine if machine.startswith("arn:") else Arn("states", "stateMachine:", machine)


def build_arguments(machine: str, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return the arguments of StartExecution; `machine` is a name or an ARN, and `given` the input."""
    return {"StateMachineArn": machine, "Input": given}


def build_event_permission() -> Permission:
    """Return the permissions for the EventBridge rule, without which the creation of the state machine fails."""
    return Permission(
        sid="HearOfTheirEnd",
        actions=RULE_ACTIONS,
        resources=(Arn("events", "rule/", MANAGED_RULE),),
    )


def list_permissions(machines: Iterable[str]) -> tuple[Permission, ...]:
    """Return the permissions to start executions of these state machines, to wait for them, and to stop them."""
    machines = list(dict.fromkeys(machines))
    started: list[DeploymentValue] = [build_machine_arn(machine) for machine in machines]
    followed: list[DeploymentValue] = [
        machine.replace(":stateMachine:", ":execution:") + ":*"
        if machine.startswith("arn:")
        else Arn("states", "execution:", machine, ":*")
        for machine in machines
    ]
    return (
        Permission(sid="StartMachines", actions=START_ACTIONS, resources=tuple(started)),
        Permission(
            sid="FollowMachines",
            actions=FOLLOWING_ACTIONS,
            resources=tuple(followed),
        ),
    )
