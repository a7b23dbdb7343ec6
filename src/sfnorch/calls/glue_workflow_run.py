"""Runs of Glue workflows.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartWorkflowRun.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument, StartedRun

_WORKFLOW = ResourceArgument(service="glue", prefix="workflow/", argument="Name", is_always_name=True)

RUNS_ALREADY = "Glue.ConcurrentRunsExceededException"
"""The error of Glue when the workflow has reached its MaxConcurrentRuns."""

TRANSIENT = (
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.AWSGlueException",  # the name of Glue's throttling error
    "Glue.ThrottlingException",
    "Glue.GlueException",  # how the SDK integration reports errors that are not in the list of the API action
)

START_WORKFLOW_RUN = Call(
    resource="aws-sdk:glue:startWorkflowRun",
    grants=(RequiredActions(actions=("glue:StartWorkflowRun",), on=_WORKFLOW),),
    transient=(*TRANSIENT, "Glue.ResourceNumberLimitExceededException"),
    starts=StartedRun(kind="workflow", named_by="Name", id_key="RunId", stopped_by="stop_workflow_run"),
)
GET_WORKFLOW_RUN = Call(
    resource="aws-sdk:glue:getWorkflowRun",
    grants=(RequiredActions(actions=("glue:GetWorkflowRun",), on=_WORKFLOW),),
    transient=(*TRANSIENT, "Glue.SdkClientException"),
)

CALLS = (START_WORKFLOW_RUN, GET_WORKFLOW_RUN)
