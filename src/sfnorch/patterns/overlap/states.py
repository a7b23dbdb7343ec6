"""`overlap:` of a plan: a lock in DynamoDB, which the main state machine acquires before it runs anything.

The lease of a lock is exactly the life of the execution that holds it: the item names the execution, and another
execution asks Step Functions for its status. So no state releases a lock, and a run that was stopped, timed out or
deleted loses its lock at once. An item that is left behind costs one more write, and disappears by its time to live.

| claim | evidence |
|---|---|
| a condition that is false is the error DynamoDB.ConditionalCheckFailedException | documented by AWS's sample |
| other errors of DynamoDB are `DynamoDB.` and the name of the exception | recorded on AWS by LocalStack's tests |
| an unknown execution is the error Sfn.ExecutionDoesNotExistException | tested on AWS by a public project |
| a conditional write of one item is atomic, and a consistent read sees every earlier write | documented |
| DescribeExecution is eventually consistent | documented |
| a standard execution runs at most a year | documented |

https://github.com/aws-samples/aws-stepfunctions-examples/tree/main/sam/app-control-concurrency-with-dynamodb
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Fail,
    Retrier,
    Substitution,
    Succeed,
    Task,
    Value,
    Wait,
    jsonata,
    read_program,
)
from sfnorch.calls.dynamodb_items import CONDITION_FAILED, GET_ITEM, PUT_ITEM
from sfnorch.calls.executions import DESCRIBE_EXECUTION, UNKNOWN_EXECUTION
from sfnorch.patterns.job_failure import SECONDS, catch_any_error
from sfnorch.protocol.overlap import (
    ALREADY_RUNNING_ERROR,
    FAILED_ERROR,
    LOCK_FOR_ALL,
    TIMEOUT_ERROR,
    LockAttribute,
    LockState,
    LockVariable,
)
from sfnorch.workflow import Arn, LockTable, LockTableArn, Permission, StackName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.models.overlap import Overlap
    from sfnorch.workflow import DeploymentValue

LOCK_TABLE = "LockTable"
"""The substitution with the name of the table."""

_EXPIRES_AFTER_DAYS = 400
"""A standard execution runs at most a year, so an older item is not a lock."""

_UNKNOWN_SECONDS = 300
"""How long an execution that has acquired the lock can be unknown. Executions appear within seconds."""

_OWN = jsonata("$states.context.Execution.Id")
_AS_IT_IS = jsonata("$states.input")
_HOLDER = jsonata("$overlapLock.heldBy")
_HASH = jsonata('$hash($text, "SHA-256")')
_TABLE = Substitution(LOCK_TABLE)
_RETRY = (
    Retrier(errors=(CONDITION_FAILED, UNKNOWN_EXECUTION), max_attempts=0),
    Retrier(errors=("States.TaskFailed",), max_attempts=6, interval_seconds=1, max_delay_seconds=30, jitter=True),
)


def find_lock(plan: AnyPlan) -> Overlap | None:
    """Return the setting of a plan whose runs have a lock; None if they can overlap."""
    return plan.overlap if plan.overlap is not None and plan.overlap.mode != "allow" else None


def build_lock_states(overlap: Overlap, *, next_state: str) -> list[AnyState]:
    """Return the states that acquire the lock: the first is `AcquireLock`, and `next_state` follows with the lock.

    They pass their input on.
    """
    key: Value = LOCK_FOR_ALL
    if overlap.per is not None:
        value = jsonata("$lookup($params, <<name>>)", name=overlap.per)
        key = read_program(__package__, "lock_key").fill(name=overlap.per, value=value, hash=_HASH)
    lock = {"key": key, LockAttribute.HELD_BY: "", LockAttribute.ACQUIRED_AT: ""}
    return [
        _put_lock(
            LockState.ACQUIRE_LOCK,
            key,
            condition=f"attribute_not_exists({LockAttribute.KEY}) OR {LockAttribute.HELD_BY} = :own",
            assign={LockVariable.LOCK: lock},
            next_state=next_state,
        ),
        _read_lock(),
        Choice(
            name=LockState.CHECK_LOCK,
            rules=(ChoiceRule(condition=jsonata('$overlapLock.heldBy = ""'), next=LockState.ACQUIRE_LOCK),),
            default=LockState.DESCRIBE_HOLDER,
        ),
        _describe_holder(),
        *_build_mode_states(overlap),
        _put_lock(
            LockState.TAKE_LOCK_OVER,
            jsonata("$overlapLock.key"),
            condition=f"{LockAttribute.HELD_BY} = :ended OR {LockAttribute.HELD_BY} = :own",
            values={":ended": {"S": _HOLDER}},
            next_state=next_state,
        ),
        Fail(name=LockState.LOCK_FAILED, error=FAILED_ERROR, cause=read_program(__package__, "lock_failed").fill()),
    ]


def bind_lock_table(overlap: Overlap | None) -> dict[str, DeploymentValue]:
    """Return the substitution with the name of the table, if the runs have a lock."""
    return {LOCK_TABLE: LockTable()} if overlap else {}


def list_lock_permissions(plan: AnyPlan, machine: str) -> tuple[Permission, ...]:
    """Return the permissions to acquire a lock, and to describe the executions of the state machine itself.

    `machine` is its name without that of the stack. A plan whose runs can overlap needs none.
    """
    if not find_lock(plan):
        return ()
    return (
        Permission(sid="AcquireLock", actions=(*PUT_ITEM.actions, *GET_ITEM.actions), resources=(LockTableArn(),)),
        Permission(
            sid="DescribeHolder",
            actions=DESCRIBE_EXECUTION.actions,
            resources=(Arn("states", "execution:", StackName(machine), ":*"),),
        ),
    )


def _put_lock(
    name: str,
    key: Value,
    *,
    condition: str,
    values: Mapping[str, Value] | None = None,
    assign: Mapping[str, Value] | None = None,
    next_state: str,
) -> Task:
    """Return a task that writes the lock under a condition; if this is false, it assigns the variables.

    The own execution can hold the lock already: if the answer to a write is lost, the write is repeated.
    """
    expires = jsonata("$string($floor($millis() / 1000) + <<seconds>>)", seconds=_EXPIRES_AFTER_DAYS * 86_400)
    item: dict[str, Value] = {
        LockAttribute.KEY: {"S": key},
        LockAttribute.HELD_BY: {"S": _OWN},
        LockAttribute.ACQUIRED_AT: {"S": jsonata("$states.context.State.EnteredTime")},
        LockAttribute.EXPIRES_AT: {"N": expires},
    }
    lost = Catcher(errors=(CONDITION_FAILED,), assign=assign or {}, output=_AS_IT_IS, next=LockState.READ_LOCK)
    return Task(
        name=name,
        resource=PUT_ITEM.resource,
        arguments={
            "TableName": _TABLE,
            "Item": item,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":own": {"S": _OWN}, **(values or {})},
        },
        retry=_RETRY,
        catch=(lost, *_catch_failure()),
        output=_AS_IT_IS,
        next=next_state,
    )


def _read_lock() -> Task:
    return Task(
        name=LockState.READ_LOCK,
        resource=GET_ITEM.resource,
        arguments={
            "TableName": _TABLE,
            "Key": {LockAttribute.KEY: {"S": jsonata("$overlapLock.key")}},
            "ConsistentRead": True,
        },
        retry=_RETRY,
        catch=_catch_failure(),
        assign={LockVariable.LOCK: read_program(__package__, "held_lock").fill()},
        output=_AS_IT_IS,
        next=LockState.CHECK_LOCK,
    )


def _describe_holder() -> Task:
    """Return the task that asks for the status of the holder, without its input and output, which can be large."""
    missing = read_program(__package__, "missing_holder").fill(seconds=_UNKNOWN_SECONDS)
    return Task(
        name=LockState.DESCRIBE_HOLDER,
        resource=DESCRIBE_EXECUTION.resource,
        arguments={"ExecutionArn": _HOLDER, "IncludedData": "METADATA_ONLY"},
        retry=_RETRY,
        catch=(
            Catcher(
                errors=(UNKNOWN_EXECUTION,),
                assign={LockVariable.LOCK: missing},
                output=_AS_IT_IS,
                next=LockState.CHECK_HOLDER,
            ),
            *_catch_failure(),
        ),
        assign={LockVariable.LOCK: jsonata('$merge([$overlapLock, {"status": $states.result.Status}])')},
        output=_AS_IT_IS,
        next=LockState.CHECK_HOLDER,
    )


def _catch_failure() -> tuple[Catcher, ...]:
    return catch_any_error(LockState.LOCK_FAILED, output=jsonata("$states.errorOutput"))


_HOLDS = jsonata('$overlapLock.heldBy & ", which holds the lock " & $overlapLock.key')
_RUNNING = jsonata('$overlapLock.status in ["RUNNING", "PENDING_REDRIVE"]')


def _build_mode_states(overlap: Overlap) -> list[AnyState]:
    """Return the Choice after the description of the holder, and what follows while the holder is running."""
    match overlap.mode:
        case "skip":
            output: Value = {"skipped": True, "heldBy": _HOLDER, "run": jsonata("$run")}
            return [_check_holder(LockState.SKIPPED), Succeed(name=LockState.SKIPPED, output=output)]
        case "wait":
            expired = jsonata(
                "<{running}> and <{waited}> >= <<timeout>>", running=_RUNNING, waited=SECONDS, timeout=overlap.timeout
            )
            cause = jsonata('"the run has waited " & <{waited}> & " s for " & <{holds}>', waited=SECONDS, holds=_HOLDS)
            return [
                _check_holder(LockState.WAIT_FOR_HOLDER, ChoiceRule(condition=expired, next=LockState.OVERLAP_TIMEOUT)),
                Wait(
                    name=LockState.WAIT_FOR_HOLDER,
                    seconds=read_program(__package__, "poll_delay").fill(waited=SECONDS, timeout=overlap.timeout),
                    next=LockState.DESCRIBE_HOLDER,
                ),
                Fail(name=LockState.OVERLAP_TIMEOUT, error=TIMEOUT_ERROR, cause=cause),
            ]
        case _:
            cause = jsonata('"another run is running: " & <{holds}>', holds=_HOLDS)
            return [
                _check_holder(LockState.ALREADY_RUNNING),
                Fail(name=LockState.ALREADY_RUNNING, error=ALREADY_RUNNING_ERROR, cause=cause),
            ]


def _check_holder(busy: str, *first: ChoiceRule) -> Choice:
    """Return the Choice that leads to `busy` while the holder is running, unless a rule of `first` applies."""
    return Choice(
        name=LockState.CHECK_HOLDER,
        rules=(*first, ChoiceRule(condition=_RUNNING, next=busy)),
        default=LockState.TAKE_LOCK_OVER,
    )
