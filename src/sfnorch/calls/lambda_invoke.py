"""Invocations of Lambda functions.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions

INVOKE = Call(
    resource="lambda:invoke",
    grants=(RequiredActions(actions=("lambda:InvokeFunction",)),),
    transient=(
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ),
    permanent=(
        "Lambda.ResourceNotFoundException",
        "Lambda.AccessDeniedException",
        "Lambda.InvalidParameterValueException",
    ),
)

CALLS = (INVOKE, Call(resource="aws-sdk:lambda:invoke", grants=INVOKE.grants))
