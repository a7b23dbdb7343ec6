"""Items of DynamoDB tables.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

_TABLE = ResourceArgument(service="dynamodb", prefix="table/", argument="TableName")

CONDITION_FAILED = "DynamoDB.ConditionalCheckFailedException"
"""The error of a write whose condition is false. An `aws-sdk` integration reports it with the prefix `DynamoDb.`.

The first is in AWS's sample of a semaphore; other errors of both prefixes are recorded.
https://github.com/aws-samples/aws-stepfunctions-examples/tree/main/sam/app-control-concurrency-with-dynamodb
"""


def _build_call(verb: str, prefix: str = "") -> Call:
    action = f"dynamodb:{verb[:1].upper()}{verb[1:]}Item"
    return Call(resource=f"{prefix}dynamodb:{verb}Item", grants=(RequiredActions(actions=(action,), on=_TABLE),))


GET_ITEM, PUT_ITEM = _build_call("get"), _build_call("put")

CALLS = (
    *(GET_ITEM, PUT_ITEM, _build_call("update"), _build_call("delete")),
    *(_build_call(verb, "aws-sdk:") for verb in ("get", "put", "update", "delete")),
)
