"""`aws-sdk:s3:putObject`: write a value as JSON.

Step Functions writes the value of Body as JSON: an object as an object, a string in quotes.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.asl import Retrier, Value, jsonata
from sfnorch.calls.s3_objects import PUT_OBJECT
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


def list_permissions(places: Sequence[tuple[str | ResultsBucket, str]]) -> tuple[Permission, ...]:
    """Return the permissions to write objects to these places, pairs of a bucket and a prefix of keys."""
    arns: Mapping[ObjectArns, None] = dict.fromkeys(ObjectArns(bucket, prefix) for bucket, prefix in places)
    return (Permission(sid="WriteObjects", actions=PUT_OBJECT.actions, resources=tuple(arns)),)
