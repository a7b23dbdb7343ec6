"""The Map runs of an execution: find the last one, and count its items.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.calls.executions import FOLLOWING_ACTIONS, START_ACTIONS
from sfnorch.calls.map_runs import (
    DESCRIBE_MAP_RUN,
    LIST_MAP_RUNS,
    LISTING_ACTIONS,
    REDRIVE_ACTIONS,
    WRITER_ACTIONS,
)
from sfnorch.calls.s3_objects import GET_OBJECT, PUT_OBJECT
from sfnorch.workflow import Arn, BucketArn, ObjectArns, Permission, ResultsBucket, StackName

_RETRIER = Retrier(errors=("States.TaskFailed",), interval_seconds=2, max_attempts=6, jitter=True)


def find_map_run(name: str, *, assign: str, catch: tuple[Catcher, ...], next_state: str) -> Task:
    """Return a task that assigns the ARN of the execution's only Map run to the variable `assign`."""
    return Task(
        name=name,
        resource=LIST_MAP_RUNS.resource,
        arguments={"ExecutionArn": jsonata("$states.context.Execution.Id")},
        retry=(_RETRIER,),
        catch=catch,
        assign={assign: jsonata("$states.result.MapRuns[0].MapRunArn")},
        output={},
        next=next_state,
    )


def count_items(
    name: str, *, map_run: Value, assign: Mapping[str, Value], catch: tuple[Catcher, ...], next_state: str
) -> Task:
    """Return a task that describes the Map run; `assign` is evaluated over `$states.result.ItemCounts`."""
    return Task(
        name=name,
        resource=DESCRIBE_MAP_RUN.resource,
        arguments={"MapRunArn": map_run},
        retry=(_RETRIER,),
        catch=catch,
        assign=assign,
        output={},
        next=next_state,
    )


def list_permissions(machine: StackName) -> tuple[Permission, ...]:
    """Return the permissions of a state machine of this name to run a distributed Map, and to read what came of it.

    The resources are names, because a reference from the role to its state machine would be a circular dependency.
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html (documented)
    """
    executions = (Arn("states", "execution:", machine, ":*"), Arn("states", "execution:", machine, "/*"))
    return (
        Permission(sid="StartItems", actions=START_ACTIONS, resources=(Arn("states", "stateMachine:", machine),)),
        Permission(
            sid="FollowItems",
            actions=(*FOLLOWING_ACTIONS, *REDRIVE_ACTIONS, *LIST_MAP_RUNS.actions),
            resources=executions,
        ),
        Permission(
            sid="CountItems", actions=DESCRIBE_MAP_RUN.actions, resources=(Arn("states", "mapRun:", machine, "/*"),)
        ),
    )


def list_writer_permissions(prefix: str) -> tuple[Permission, ...]:
    """Return the permissions to write results in the bucket for results under the prefix, and to read them.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html (documented)
    """
    return (
        Permission(
            sid="WriteResults",
            actions=(
                *PUT_OBJECT.actions,
                *GET_OBJECT.actions,
                *WRITER_ACTIONS,
            ),
            resources=(ObjectArns(ResultsBucket(), f"{prefix}/"),),
        ),
    )


def list_reader_permissions(bucket: str, prefix: str | None) -> tuple[Permission, ...]:
    """Return the permissions to read items from a bucket; without a `prefix`, those to list its objects too.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html (documented)
    """
    objects = Permission(sid="ReadItems", actions=GET_OBJECT.actions, resources=(ObjectArns(bucket, prefix or ""),))
    listing = Permission(sid="ListItems", actions=LISTING_ACTIONS, resources=(BucketArn(bucket),))
    return (objects,) if prefix is not None else (objects, listing)
