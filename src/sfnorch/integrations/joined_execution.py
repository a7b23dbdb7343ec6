"""An execution that whoever needs it starts, or joins: known by its name, it runs once.

`states:startExecution.sync:2` with a name starts an execution, or waits for the one of that name and input that runs
already. One that has ended is refused, and looked up; so is one whose end was not heard of.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.asl import AnyState, Catcher, Choice, Pass, Retrier, Rule, Task, Value, Wait, jsonata
from sfnorch.integrations.child_execution import MANAGED_RULE, RESOURCE
from sfnorch.workflow import Arn, Permission, StackName

if TYPE_CHECKING:
    from sfnorch.asl import Expression

DESCRIBE = "aws-sdk:sfn:describeExecution"

REFUSED = Retrier(
    errors=(
        "StepFunctions.ThrottlingException",
        "StepFunctions.AWSStepFunctionsException",
        "StepFunctions.InternalServerException",
    ),
    max_attempts=5,
    jitter=True,
)
"""Starts that are refused for a moment: what has a name runs once, however often it is started."""

_NOT_TOLD = Retrier(errors=("States.TaskFailed",), interval_seconds=2, max_attempts=6, jitter=True)
"""A description that was refused, or isn't there yet: executions are known everywhere only after a moment."""

_SECONDS, _MOST_LOOKS = 120, 2_000
"""How executions are looked after whose end was not heard of: so many looks in all fit into a history's length.

One alone is looked after for days, each of two hundred for twenty minutes.
"""


def join_states(
    *,
    machine: Value,
    name: Expression,
    child_input: Mapping[str, Value],
    arn: Expression,
    outcome: str,
    lost: str,
    count: str,
) -> tuple[AnyState, ...]:
    """Return the states that start or join the execution of the state's input, which is its key, a text.

    `arn` is the execution's own ARN, where `$key` is the key. They end with the execution's output, an object; of one
    that ended otherwise, with what the JSONata `outcome` makes of `$key`, `$error` and `$message`; of one that nothing
    is heard of, with what `lost` makes of them, which must not fail: nothing catches it.
    `count` is how many there are, in JSONata: they share one history.
    """
    keyed = "($key := $states.input.key; <<code>>)"
    told = f"""$states.result.(
    Status = "SUCCEEDED" ? $parse(Output)
    : Status = "RUNNING" ? $merge([$states.input, {{"runs": true, "looks": $states.input.looks + 1}}])
    : ($key := $states.input.key; $error := [Error, Status][0]; $message := [Cause, ""][0]; {outcome})
  )"""
    given_up = keyed.replace("<<code>>", f"$error := $states.input.error; $message := $states.input.message; {lost}")
    start = Task(
        name="StartOrJoin",
        resource=RESOURCE,
        arguments={"StateMachineArn": machine, "Name": name, "Input": child_input},
        retry=(REFUSED,),
        catch=(
            Catcher(
                errors=("States.ALL",),
                output=jsonata(
                    '{"key": $states.input, "error": $states.errorOutput.Error, '
                    '"message": $substring($states.errorOutput.Cause, 0, 500), "looks": 0}'
                ),
                next="LookUp",
            ),
        ),
        output=jsonata("$states.result.Output"),
    )
    look_up = Task(
        name="LookUp",
        resource=DESCRIBE,
        arguments={"ExecutionArn": jsonata(keyed.replace("<<code>>", arn.code))},
        retry=(_NOT_TOLD,),
        catch=(Catcher(errors=("States.ALL",), output=jsonata(given_up), next="Joined"),),
        output=jsonata(told),
        next="StillRuns",
    )
    runs = "$states.input.runs = true"
    rules = (
        Rule(condition=jsonata(f"{runs} and $states.input.looks < $floor({_MOST_LOOKS} / {count})"), next="WaitForEnd"),
        Rule(condition=jsonata(runs), output=jsonata(given_up), next="Joined"),
    )
    return (
        start,
        look_up,
        Choice(name="StillRuns", rules=rules, default="Joined"),
        Wait(name="WaitForEnd", seconds=_SECONDS, next="LookUp"),
        Pass(name="Joined"),
    )


def permissions(machine: StackName) -> tuple[Permission, ...]:
    """Return what starting executions of the machine of this name, joining and looking them up, and stopping them needs."""
    return (
        Permission(
            sid="StartTasks",
            actions=("states:StartExecution",),
            resources=(Arn("states", "stateMachine:", machine),),
        ),
        Permission(
            sid="FollowTasks",
            actions=("states:DescribeExecution", "states:StopExecution"),
            resources=(Arn("states", "execution:", machine, ":*"),),
        ),
        Permission(
            sid="HearOfTheirEnd",
            actions=("events:PutTargets", "events:PutRule", "events:DescribeRule"),
            resources=(Arn("events", "rule/", MANAGED_RULE),),
        ),
    )
