"""Items of DynamoDB tables.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, Grant, NamedBy

_TABLE = NamedBy(service="dynamodb", prefix="table/", argument="TableName")

CALLS = tuple(
    Call(
        resource=f"{prefix}dynamodb:{verb}Item",
        grants=(Grant(actions=(f"dynamodb:{verb[:1].upper()}{verb[1:]}Item",), on=_TABLE),),
    )
    for prefix in ("", "aws-sdk:")
    for verb in ("get", "put", "update", "delete")
)
