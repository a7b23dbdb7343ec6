"""Items of DynamoDB tables.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

_TABLE = ResourceArgument(service="dynamodb", prefix="table/", argument="TableName")

CALLS = tuple(
    Call(
        resource=f"{prefix}dynamodb:{verb}Item",
        grants=(RequiredActions(actions=(f"dynamodb:{verb[:1].upper()}{verb[1:]}Item",), on=_TABLE),),
    )
    for prefix in ("", "aws-sdk:")
    for verb in ("get", "put", "update", "delete")
)
