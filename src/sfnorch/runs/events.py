"""Read the events of an execution history: which calls tasks make, how executions end, JSON that may be truncated.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.json_values import Json

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
"""The status of an execution, by the type of its last event."""

LOOKS = {("aws-sdk:redshiftdata", "describeStatement"), ("aws-sdk:redshiftdata", "cancelStatement")}
"""Calls that are part of a step and not a step themselves."""

EXISTS = re.compile(
    r"StepFunctions\.ExecutionAlreadyExistsException: .*?(arn:[^:\s]+:states:\S+:execution:[^\s']+).*", re.DOTALL
)
"""The error for an execution name that is in use: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""

KINDS = {
    ("glue", "startJobRun.sync"): "job",
    ("aws-sdk:glue", "startWorkflowRun"): "workflow",
    ("aws-sdk:redshiftdata", "executeStatement"): "statement",
}
"""The kinds of tasks that are followed in every state machine, by the call that they make."""

NAMED_BY = {"job": "JobName", "workflow": "Name", "statement": "StatementName"}
BEGUN_BY = {"workflow": "RunId", "statement": "Id"}
"""Kinds that continue after their task has succeeded, with the key of the run's id in its result."""

STATEMENT_ENDS = {"FINISHED": "SUCCEEDED", "FAILED": "FAILED", "ABORTED": "STOPPED"}
BAD_ACTIONS = {
    "FailedActions": "failed",
    "TimeoutActions": "timed out",
    "ErroredActions": "ended in an error",
    "StoppedActions": "were stopped",
}


def starts_execution(details: Mapping[str, Json]) -> bool:
    """Return whether the task starts an execution."""
    return details.get("resourceType") == "states" and str(details.get("resource")).startswith("startExecution")


def read_details(event: HistoryEventTypeDef) -> dict[str, Json]:
    """Return the details of the event, whose key differs by type of event."""
    for key, value in event.items():
        if key.endswith("EventDetails") and isinstance(value, dict):
            return value
    return {}


def parse_json(text: Json) -> Json:
    """Return the value of a JSON text, or the text if it is not JSON: causes and outputs may be truncated."""
    if not isinstance(text, str):
        return text
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value
