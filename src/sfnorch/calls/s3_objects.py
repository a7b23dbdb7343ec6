"""Objects in S3.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

_OBJECT = ResourceArgument(service="s3", prefix="", argument="Bucket")

PUT_OBJECT = Call(
    resource="aws-sdk:s3:putObject",
    grants=(RequiredActions(actions=("s3:PutObject",), on=_OBJECT),),
    transient=(
        "S3.SlowDownException",
        "S3.InternalErrorException",
        "S3.ServiceUnavailableException",
        "S3.SdkClientException",
    ),
)
GET_OBJECT = Call(
    resource="aws-sdk:s3:getObject",
    grants=(RequiredActions(actions=("s3:GetObject",), on=_OBJECT),),
    transient=PUT_OBJECT.transient,
)

CALLS = (PUT_OBJECT, GET_OBJECT)
