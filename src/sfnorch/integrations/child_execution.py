"""`states:startExecution.sync:2`: start an execution of another state machine and wait until it has ended.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sfnorch.asl import Catcher, Task
from sfnorch.calls.executions import FOLLOWING_ACTIONS, MANAGED_RULE, RULE_ACTIONS, RUN_EXECUTION, START_ACTIONS
from sfnorch.workflow import Arn, MachineArn, Permission

if TYPE_CHECKING:
    from sfnorch.asl import Expression, Substitution
    from sfnorch.workflow import StateMachine


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
        resource=RUN_EXECUTION.resource,
        arguments={"StateMachineArn": machine, "Input": child_input},
        catch=catch,
        output=output,
    )


def list_permissions(children: Iterable[StateMachine]) -> tuple[Permission, ...]:
    """Return the permissions to start executions of these state machines, to wait for them, and to stop them."""
    machines = tuple(children)
    executions = tuple(Arn("states", "execution:", child.physical_name, ":*") for child in machines)
    return (
        Permission(
            sid="StartChildren",
            actions=START_ACTIONS,
            resources=tuple(MachineArn(child.key) for child in machines),
        ),
        Permission(
            sid="FollowChildren",
            actions=FOLLOWING_ACTIONS,
            resources=executions,
        ),
        Permission(
            sid="HearOfTheirEnd",
            actions=RULE_ACTIONS,
            resources=(Arn("events", "rule/", MANAGED_RULE),),
        ),
    )
