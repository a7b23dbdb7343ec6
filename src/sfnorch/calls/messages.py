"""Messages to SNS topics and SQS queues.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

_PUBLISH = (
    RequiredActions(actions=("sns:Publish",), on=ResourceArgument(service="sns", prefix="", argument="TopicArn")),
)
_SEND = (
    RequiredActions(actions=("sqs:SendMessage",), on=ResourceArgument(service="sqs", prefix="", argument="QueueUrl")),
)

PUBLISH = Call(resource="sns:publish", grants=_PUBLISH)

KEY_ACTIONS = ("kms:GenerateDataKey*", "kms:Decrypt")
"""The actions on the key of an encrypted topic: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""

CALLS = (
    PUBLISH,
    Call(resource="aws-sdk:sns:publish", grants=_PUBLISH),
    Call(resource="aws-sdk:sns:publishBatch", grants=_PUBLISH),
    Call(resource="sqs:sendMessage", grants=_SEND),
    Call(resource="aws-sdk:sqs:sendMessage", grants=_SEND),
    Call(resource="aws-sdk:sqs:sendMessageBatch", grants=_SEND),
)
