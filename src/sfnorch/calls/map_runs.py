"""Map runs: the child executions of a distributed Map.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

LIST_MAP_RUNS = Call(
    resource="aws-sdk:sfn:listMapRuns",
    grants=(
        RequiredActions(
            actions=("states:ListMapRuns",),
            on=ResourceArgument(service="states", prefix="", argument="ExecutionArn"),
        ),
    ),
)
DESCRIBE_MAP_RUN = Call(
    resource="aws-sdk:sfn:describeMapRun",
    grants=(
        RequiredActions(
            actions=("states:DescribeMapRun",),
            on=ResourceArgument(service="states", prefix="", argument="MapRunArn"),
        ),
    ),
)

CALLS = (LIST_MAP_RUNS, DESCRIBE_MAP_RUN)
