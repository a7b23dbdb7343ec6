"""`states:startExecution` of the machine itself: the execution that goes on where this one ends.

It is known by its name: asked for twice it starts once, and where it has ended already, nothing is amiss either. But an
execution that would start one of its own name has nothing that goes on after it, and fails.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Expression, Retrier, Task, Value, jsonata
from sfnorch.integrations.child_execution import STARTED_BY
from sfnorch.integrations.joined_execution import REFUSED
from sfnorch.workflow import Arn, Permission, StackName

RESOURCE = "states:startExecution"

ALREADY = "StepFunctions.ExecutionAlreadyExistsException"

_LOST = Retrier(errors=("States.Timeout", "StepFunctions.SdkClientException"), max_attempts=3, jitter=True)


def start_next(
    state: str,
    *,
    name: Expression,
    given: Mapping[str, Value],
    output: str,
    catch: tuple[Catcher, ...],
    next_state: str,
) -> Task:
    """Return a task that starts the next execution, with this input and the name that the expression yields.

    Its output is the JSONata `output`, an object, and the execution's ARN as `next`.
    """
    own = "$states.context.StateMachine.Id"
    another = f"""(
    $next := {name.code};
    $next != $states.context.Execution.Name ? $next
      : $error("the next execution would bear this one's own name, " & $next)
  )"""
    there = Catcher(errors=(ALREADY,), output=jsonata(output), next=next_state)
    return Task(
        name=state,
        resource=RESOURCE,
        arguments={
            "StateMachineArn": jsonata(own),
            "Name": Expression(another),
            "Input": {**given, STARTED_BY: jsonata("$states.context.Execution.Id")},
        },
        retry=(REFUSED, _LOST),
        catch=(there, *catch),
        output=jsonata(f'$merge([{output}, {{"next": $states.result.ExecutionArn}}])'),
        next=next_state,
    )


def permissions(machine: StackName) -> tuple[Permission, ...]:
    """Return what starting executions of the machine of this name needs.

    Spelled out by name: a role that names its own machine would be a circle.
    """
    return (
        Permission(
            sid="StartNext",
            actions=("states:StartExecution",),
            resources=(Arn("states", "stateMachine:", machine),),
        ),
    )
