"""`states:startExecution` of the same state machine: the execution that continues after this one.

Its name is fixed: a second call does not start it twice, and is not an error even if it has already ended. An execution
that would start one with its own name fails, because nothing would continue after it.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Expression, Retrier, Task, Value, jsonata, read_program
from sfnorch.calls.executions import START_ACTIONS, START_EXECUTION
from sfnorch.integrations.joined_execution import TRANSIENT_START_ERRORS
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.workflow import Arn, Permission, StackName

ALREADY_EXISTS_ERROR = "StepFunctions.ExecutionAlreadyExistsException"

_LOST = Retrier(errors=("States.Timeout", "StepFunctions.SdkClientException"), max_attempts=3, jitter=True)


def start_next(
    state: str,
    *,
    name: Expression,
    given: Mapping[str, Value],
    output: Expression,
    catch: tuple[Catcher, ...],
    next_state: str,
) -> Task:
    """Return a task that starts the next execution with the input `given`; the expression `name` yields its name.

    Its output is what `output` yields, an object, merged with the execution's ARN as `next`.
    """
    there = Catcher(errors=(ALREADY_EXISTS_ERROR,), output=output, next=next_state)
    return Task(
        name=state,
        resource=START_EXECUTION.resource,
        arguments={
            "StateMachineArn": jsonata("$states.context.StateMachine.Id"),
            "Name": read_program(__package__, "next_name").fill(name=name),
            "Input": {**given, STARTED_BY: jsonata("$states.context.Execution.Id")},
        },
        retry=(TRANSIENT_START_ERRORS, _LOST),
        catch=(there, *catch),
        output=jsonata('$merge([<{output}>, {"next": $states.result.ExecutionArn}])', output=output),
        next=next_state,
    )


def list_permissions(machine: StackName) -> tuple[Permission, ...]:
    """Return the permissions to start executions of the state machine with this name.

    The resource is a name, because a reference from the role to its state machine would be a circular dependency.
    """
    return (
        Permission(
            sid="StartNext",
            actions=START_ACTIONS,
            resources=(Arn("states", "stateMachine:", machine),),
        ),
    )
