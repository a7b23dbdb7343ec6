"""All calls of which the facts are known, by the resource of the Task."""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.calls import (
    alarms,
    athena_query,
    dynamodb_items,
    executions,
    glue_crawl,
    glue_job_run,
    glue_workflow_run,
    lambda_invoke,
    map_runs,
    messages,
    redshift_statement,
    s3_objects,
)
from sfnorch.calls.call import Call

CALLS: Mapping[str, Call] = {
    call.resource: call
    for module in (
        *(glue_job_run, glue_workflow_run, glue_crawl, lambda_invoke, executions, athena_query, redshift_statement),
        *(s3_objects, messages, alarms, dynamodb_items, map_runs),
    )
    for call in module.CALLS
}

SDK_PREFIXES: Mapping[str, str] = {
    "athena": "athena",
    "cloudwatch": "cloudwatch",
    "codebuild": "codebuild",
    "eventbridge": "events",
    "glue": "glue",
    "secretsmanager": "secretsmanager",
    "sfn": "states",
    "ssm": "ssm",
}
"""Services whose API calls are IAM actions of the same name, and their IAM prefix."""
