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

MANAGED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
"""The EventBridge rule with which Step Functions is notified of the end of a child execution.

Without permissions for this rule, the creation of the state machine fails.
"""


def run_child(
    name: str,
    *,
    machine: Substitution,
    child_input: Expression,
    catch: tuple[Catcher, ...],
    output: Expression,
) -> Task:
    """Return a task that starts an execution and waits for it; `machine` is the substitution with the ARN."""
    return Task(
        name=name,
        resource=RESOURCE,
        arguments={"StateMachineArn": machine, "Input": child_input},
        catch=catch,
        output=output,
    )


def permissions(children: Iterable[StateMachine]) -> tuple[Permission, ...]:
    """Return the permissions to start executions of these state machines, to wait for them, and to stop them."""
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
