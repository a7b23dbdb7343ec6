"""`aws-sdk:cloudwatch:setAlarmState`: set the state of an alarm immediately, without waiting for its metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfnorch.asl import Catcher, Retrier, Task, Value
from sfnorch.calls.alarms import SET_ALARM_STATE
from sfnorch.workflow import Arn, Permission, StackName

if TYPE_CHECKING:
    from sfnorch.asl import Expression, Substitution

REASON_LENGTH = 1_000
"""The length to which a reason is cut. AWS supports 1,023 characters."""

# The quota is three calls per second and account, and forty children can end at the same time.
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
    """Return a task that sets the state of an alarm; `alarm` is the substitution with the name of the alarm."""
    return Task(
        name=name,
        resource=SET_ALARM_STATE.resource,
        arguments={"AlarmName": alarm, "StateValue": state, "StateReason": reason},
        retry=(RETRIER,) if state == "ALARM" else (),
        catch=(catch,),
        output=output,
        next=next_state,
    )


def list_permissions(alarm: StackName) -> tuple[Permission, ...]:
    """Return the permissions to set the state of the alarm."""
    return (
        Permission(
            sid="SetAlarm",
            actions=SET_ALARM_STATE.actions,
            resources=(Arn("cloudwatch", "alarm:", alarm),),
        ),
    )
