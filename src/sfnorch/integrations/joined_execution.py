"""An execution that several executions start or join. Its name is fixed, so that it runs only once.

`states:startExecution.sync:2` with a name starts an execution, or waits for a running one with this name and input. If
that execution has ended, the call fails, and DescribeExecution gets its outcome; also if the call ends with an error.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sfnorch.asl import AnyState, Catcher, Choice, ChoiceRule, Pass, Retrier, Task, Value, Wait, jsonata, read_program
from sfnorch.calls.executions import (
    DESCRIBE_EXECUTION,
    FOLLOWING_ACTIONS,
    MANAGED_RULE,
    RULE_ACTIONS,
    RUN_EXECUTION,
    START_ACTIONS,
)
from sfnorch.workflow import Arn, Permission, StackName

if TYPE_CHECKING:
    from sfnorch.asl import Expression

TRANSIENT_START_ERRORS = Retrier(errors=RUN_EXECUTION.transient, max_attempts=5, jitter=True)
"""Transient errors of StartExecution. An execution with a name runs only once, so that a retry is safe."""

_NOT_TOLD = Retrier(errors=("States.TaskFailed",), interval_seconds=2, max_attempts=6, jitter=True)
"""Errors of DescribeExecution: throttling, or an execution that is not visible yet (eventual consistency)."""

_SECONDS, _MOST_LOOKS = 120, 2_000
"""The polling of executions whose `.sync` call failed: the interval, and the total of polls that fit into a history.

A single execution is polled for days, each of 200 executions for twenty minutes.
"""


def _return_output(key: Expression, output: Expression) -> Expression:
    return output


def join_states(
    *,
    machine: Value,
    name: Expression,
    child_input: Value,
    arn: Expression,
    outcome: Expression,
    lost: Expression,
    count: Expression,
    result: Callable[[Expression, Expression], Expression] = _return_output,
    poll_seconds: int = _SECONDS,
) -> tuple[AnyState, ...]:
    """Return the states that start or join an execution. Their input is the key of the execution, a string.

    `arn` is the ARN of the execution, in which `$key` is the key. The output is the output of the execution, an object.
    For an execution that did not succeed, it is the result of `outcome` over `$key`, `$error` and
    `$message`. For an execution whose end is unknown, it is the result of `lost` over the same variables, which must
    not fail, because nothing catches its error. `count` yields the number of executions that share the history.
    `result` gets the expressions of the key and of the output of an execution that succeeded, and returns that of the
    output of these states.
    """
    given_up = read_program(__package__, "unknown_outcome").fill(lost=lost)
    start = Task(
        name="StartOrJoin",
        resource=RUN_EXECUTION.resource,
        arguments={"StateMachineArn": machine, "Name": name, "Input": child_input},
        retry=(TRANSIENT_START_ERRORS,),
        catch=(
            Catcher(
                errors=("States.ALL",),
                output=read_program(__package__, "failed_start").fill(),
                next="LookUp",
            ),
        ),
        output=result(jsonata("$states.input"), jsonata("$states.result.Output")),
    )
    look_up = Task(
        name="LookUp",
        resource=DESCRIBE_EXECUTION.resource,
        arguments={"ExecutionArn": jsonata("($key := $states.input.key; <{arn}>)", arn=arn)},
        retry=(_NOT_TOLD,),
        catch=(Catcher(errors=("States.ALL",), output=given_up, next="Joined"),),
        output=read_program(__package__, "execution_outcome").fill(
            result=result(jsonata("$states.input.key"), jsonata("$parse(Output)")), outcome=outcome
        ),
        next="StillRuns",
    )
    runs = jsonata("$states.input.runs = true")
    runs_on = jsonata(
        "<{runs}> and $states.input.looks < $floor(<<most>> / <{count}>)", runs=runs, most=_MOST_LOOKS, count=count
    )
    rules = (
        ChoiceRule(condition=runs_on, next="WaitForEnd"),
        ChoiceRule(condition=runs, output=given_up, next="Joined"),
    )
    return (
        start,
        look_up,
        Choice(name="StillRuns", rules=rules, default="Joined"),
        Wait(name="WaitForEnd", seconds=poll_seconds, next="LookUp"),
        Pass(name="Joined"),
    )


def list_permissions(machine: StackName) -> tuple[Permission, ...]:
    """Return the permissions to start, join, describe and stop executions of this state machine."""
    return (
        Permission(
            sid="StartTasks",
            actions=START_ACTIONS,
            resources=(Arn("states", "stateMachine:", machine),),
        ),
        Permission(
            sid="FollowTasks",
            actions=FOLLOWING_ACTIONS,
            resources=(Arn("states", "execution:", machine, ":*"),),
        ),
        Permission(
            sid="HearOfTheirEnd",
            actions=RULE_ACTIONS,
            resources=(Arn("events", "rule/", MANAGED_RULE),),
        ),
    )
