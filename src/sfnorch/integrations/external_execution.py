"""`states:startExecution.sync:2` of a state machine that is not of the stack.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sfnorch.asl import Catcher, Expression, Retrier, Substitution, Task, Value, jsonata
from sfnorch.integrations.child_execution import MANAGED_RULE, RESOURCE, STARTED_BY
from sfnorch.integrations.joined_execution import REFUSED
from sfnorch.integrations.work import Work
from sfnorch.workflow import Arn, Bound, Permission

NO_USE = Retrier(
    errors=(
        "StepFunctions.StateMachineDoesNotExistException",
        "StepFunctions.AccessDeniedException",
        "StepFunctions.InvalidArnException",
        "StepFunctions.InvalidExecutionInputException",
    ),
    max_attempts=0,
)
"""Refusals that would come again: nothing has run, so the plan's `retries` don't count for them."""


def run(
    name: str,
    *,
    arguments: str,
    own_arn: str,
    retry: tuple[Retrier, ...],
    catch: tuple[Catcher, ...],
    next_state: str,
) -> Task:
    """Return a task that starts the machine of the JSONata `arguments`, and waits for its end.

    A machine that is named stands beside the one whose ARN the JSONata `own_arn` is.
    """
    machine = f"{arguments}.StateMachineArn"
    beside = f'$join($split({own_arn}, ":")[[0..5]], ":") & ":" & {machine}'
    named = f'"StateMachineArn": $contains({machine}, ":") ? {machine} : {beside}'
    given = f'"Input": $merge([{arguments}.Input, {{"{STARTED_BY}": $states.context.Execution.Id}}])'
    code = f"$merge([{arguments}, {{{named}, {given}}}])"  # statelint wants Arguments in one line
    return Task(
        name=name,
        resource=RESOURCE,
        arguments=jsonata(code),
        retry=(REFUSED, *retry),
        catch=catch,
        output={},
        next=next_state,
    )


def work(machine: Substitution, given: Mapping[str, Value] | str) -> Work:
    """Return an execution of the machine whose ARN the substitution holds, to its end; its result is the output.

    `given` is its input: a mapping, or JSONata for one.
    """
    started_by = jsonata("$states.context.Execution.Id")
    whole: Value = (
        Expression(f'$merge([({given}), {{"{STARTED_BY}": {started_by.code}}}])')
        if isinstance(given, str)
        else {**given, STARTED_BY: started_by}
    )
    return Work(
        resource=RESOURCE,
        arguments={"StateMachineArn": machine, "Input": whole},
        result=jsonata("$states.result.Output"),
        passing=(REFUSED,),
        no_use=(NO_USE,),
    )


def arn(machine: str) -> Bound:
    """Return the ARN of a machine that is named, or given by its ARN."""
    return machine if machine.startswith("arn:") else Arn("states", "stateMachine:", machine)


def arguments(machine: str, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return the arguments of StartExecution, the machine by name or ARN."""
    return {"StateMachineArn": machine, "Input": given}


def hearing() -> Permission:
    """Return what waiting for executions needs besides: without it CloudFormation refuses the machine."""
    return Permission(
        sid="HearOfTheirEnd",
        actions=("events:PutTargets", "events:PutRule", "events:DescribeRule"),
        resources=(Arn("events", "rule/", MANAGED_RULE),),
    )


def permissions(machines: Iterable[str]) -> tuple[Permission, ...]:
    """Return what starting executions of these machines, waiting for them and stopping them needs."""
    machines = list(dict.fromkeys(machines))
    started: list[Bound] = [arn(machine) for machine in machines]
    followed: list[Bound] = [
        machine.replace(":stateMachine:", ":execution:") + ":*"
        if machine.startswith("arn:")
        else Arn("states", "execution:", machine, ":*")
        for machine in machines
    ]
    return (
        Permission(sid="StartMachines", actions=("states:StartExecution",), resources=tuple(started)),
        Permission(
            sid="FollowMachines",
            actions=("states:DescribeExecution", "states:StopExecution"),
            resources=tuple(followed),
        ),
    )
