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

REDRIVE_ACTIONS = ("states:RedriveExecution",)
"""The actions on child executions with which Step Functions redrives a Map run."""

WRITER_ACTIONS = ("s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")
"""The actions that a ResultWriter requires besides s3:PutObject."""

LISTING_ACTIONS = ("s3:ListBucket",)
"""The actions with which a distributed Map lists objects."""

MAP_ACTIONS = (
    *LIST_MAP_RUNS.actions,
    *DESCRIBE_MAP_RUN.actions,
    *REDRIVE_ACTIONS,
    *WRITER_ACTIONS,
    *LISTING_ACTIONS,
)
"""The actions of a distributed Map that reads and writes objects, besides those of executions and objects."""
