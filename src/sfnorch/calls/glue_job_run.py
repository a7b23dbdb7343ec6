"""Runs of Glue jobs.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
https://docs.aws.amazon.com/step-functions/latest/dg/glue-iam.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument, StartedRun

_JOB = ResourceArgument(service="glue", prefix="job/", argument="JobName", is_always_name=True)

START_ERRORS = (
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.AWSGlueException",  # the name of Glue's throttling error
    "Glue.ThrottlingException",
)

RUN_JOB = Call(
    resource="glue:startJobRun.sync",
    grants=(
        RequiredActions(
            actions=("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"), on=_JOB
        ),
    ),
    transient=START_ERRORS,
    permanent=("Glue.EntityNotFoundException", "Glue.InvalidInputException"),
    starts=StartedRun(kind="job", named_by="JobName", id_key="JobRunId", stopped_by="batch_stop_job_run"),
)

CALLS = (
    RUN_JOB,
    Call(resource="glue:startJobRun", grants=(RequiredActions(actions=("glue:StartJobRun",), on=_JOB),)),
    Call(resource="aws-sdk:glue:startJobRun", grants=(RequiredActions(actions=("glue:StartJobRun",), on=_JOB),)),
    Call(resource="aws-sdk:glue:getJobRun", grants=(RequiredActions(actions=("glue:GetJobRun",), on=_JOB),)),
)
