"""`aws-sdk:s3:putObject` and `getObject`: write a value as JSON, and read a text.

Step Functions writes the value of Body as JSON: an object as an object, a string in quotes.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.calls.s3_objects import GET_OBJECT, PUT_OBJECT
from sfnorch.integrations.work import TaskCall
from sfnorch.workflow import ObjectArns, Permission, ResultsBucket

_PASSING = Retrier(errors=PUT_OBJECT.transient, interval_seconds=2, max_attempts=6, jitter=True)


def build_call(bucket: Value, key: Value, body: Value) -> TaskCall:
    """Return the call that writes an object. Its result is `{bucket, key, etag}`."""
    return TaskCall(
        resource=PUT_OBJECT.resource,
        arguments={"Bucket": bucket, "Key": key, "Body": body, "ContentType": "application/json"},
        result={"bucket": bucket, "key": key, "etag": jsonata("$states.result.ETag")},
        passing=(_PASSING,),
    )


def write_object(
    name: str, *, bucket: Value, key: Value, body: Value, catch: tuple[Catcher, ...], next_state: str
) -> Task:
    """Return a task that writes an object."""
    call = build_call(bucket, key, body)
    return Task(
        name=name,
        resource=call.resource,
        arguments=call.arguments,
        retry=call.passing,
        catch=catch,
        output={},
        next=next_state,
    )


def read_object(
    name: str,
    *,
    bucket: Value,
    key: Value,
    most_bytes: int,
    assign: Mapping[str, Value],
    output: Value,
    catch: tuple[Catcher, ...],
    next_state: str,
) -> Task:
    """Return a task that reads at most the first bytes of an object; `$states.result.Body` is its text."""
    return Task(
        name=name,
        resource=GET_OBJECT.resource,
        arguments={"Bucket": bucket, "Key": key, "Range": f"bytes=0-{most_bytes - 1}"},
        retry=(_PASSING,),
        catch=catch,
        assign=assign,
        output=output,
        next=next_state,
    )


def list_permissions(places: Sequence[tuple[str | ResultsBucket, str]]) -> tuple[Permission, ...]:
    """Return the permissions to write objects to these places, pairs of a bucket and a prefix of keys."""
    arns: Mapping[ObjectArns, None] = dict.fromkeys(ObjectArns(bucket, prefix) for bucket, prefix in places)
    return (Permission(sid="WriteObjects", actions=PUT_OBJECT.actions, resources=tuple(arns)),)
