"""`states:startExecution.sync:2`: start an execution of another state machine and wait until it has ended.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sfnorch.asl import Catcher, Task
from sfnorch.workflow import Arn, MachineArn, Permission

if TYPE_CHECKING:
    from sfnorch.asl import Expression, Substitution
    from sfnorch.workflow import StateMachine

RESOURCE = "states:startExecution.sync:2"

STARTED_BY = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
"""The key of a child's input by which the console links it to the execution that started it."""

MANAGED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
"""The rule by which Step Functions hears of a child's end; without permissions on it a machine is refused."""


def run_child(
    name: str,
    *,
    machine: Substitution,
    child_input: Expression,
    catch: tuple[Catcher, ...],
    output: Expression,
) -> Task:
    """Return a task that starts the machine whose ARN the substitution holds, and waits for its end."""
    return Task(
        name=name,
        resource=RESOURCE,
        arguments={"StateMachineArn": machine, "Input": child_input},
        catch=catch,
        output=output,
    )


def permissions(children: Iterable[StateMachine]) -> tuple[Permission, ...]:
    """Return what starting executions of these machines, waiting for them and stopping them needs."""
    machines = tuple(children)
    executions = tuple(Arn("states", "execution:", child.physical_name, ":*") for child in machines)
    return (
        Permission(
            sid="StartChildren",
            actions=("states:StartExecution",),
            resources=tuple(MachineArn(child.key) for child in machines),
        ),
        Permission(
            sid="FollowChildren",
            actions=("states:DescribeExecution", "states:StopExecution"),
            resources=executions,
        ),
        Permission(
            sid="HearOfTheirEnd",
            actions=("events:PutTargets", "events:PutRule", "events:DescribeRule"),
            resources=(Arn("events", "rule/", MANAGED_RULE),),
        ),
    )
