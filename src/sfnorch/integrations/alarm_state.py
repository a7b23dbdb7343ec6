"""`aws-sdk:cloudwatch:setAlarmState`: raise or clear an alarm at once, without waiting for its metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfnorch.asl import Catcher, Retrier, Task, Value
from sfnorch.workflow import Arn, Permission, StackName

if TYPE_CHECKING:
    from sfnorch.asl import Expression, Substitution

RESOURCE = "aws-sdk:cloudwatch:setAlarmState"

REASON_LENGTH = 1_000
"""Characters of a reason that are passed on: AWS takes 1,023."""

# Three calls a second an account are served, and forty children may end at once.
RETRIER = Retrier(errors=("States.TaskFailed",), max_attempts=3, jitter=True)


def set_alarm(
    name: str,
    *,
    alarm: Substitution,
    state: Literal["OK", "ALARM"],
    reason: str | Expression,
    catch: Catcher,
    output: Value = None,
    next_state: str,
) -> Task:
    """Return a task that sets the alarm whose name the substitution holds; its failure goes where `catch` says."""
    return Task(
        name=name,
        resource=RESOURCE,
        arguments={"AlarmName": alarm, "StateValue": state, "StateReason": reason},
        retry=(RETRIER,) if state == "ALARM" else (),
        catch=(catch,),
        output=output,
        next=next_state,
    )


def permissions(alarm: StackName) -> tuple[Permission, ...]:
    """Return what setting the alarm needs."""
    return (
        Permission(
            sid="SetAlarm",
            actions=("cloudwatch:SetAlarmState",),
            resources=(Arn("cloudwatch", "alarm:", alarm),),
        ),
    )
