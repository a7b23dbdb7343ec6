"""What the events of a history say, in words and tables: calls by kind, ends, JSON that may be cut.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
"""What became of an execution, by the event of its end."""

LOOKS = {("aws-sdk:redshiftdata", "describeStatement"), ("aws-sdk:redshiftdata", "cancelStatement")}
"""Calls that are part of a step's work, and no step."""

EXISTS = re.compile(
    r"StepFunctions\.ExecutionAlreadyExistsException: .*?(arn:[^:\s]+:states:\S+:execution:[^\s']+).*", re.DOTALL
)
"""What is said of an execution's name that is taken: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""

KINDS = {
    ("glue", "startJobRun.sync"): "job",
    ("aws-sdk:glue", "startWorkflowRun"): "workflow",
    ("aws-sdk:redshiftdata", "executeStatement"): "statement",
}
"""What tasks do that is to be seen in every machine, by what they call."""

NAMED_BY = {"job": "JobName", "workflow": "Name", "statement": "StatementName"}
BEGUN_BY = {"workflow": "RunId", "statement": "Id"}
"""Those that go on when their task has succeeded, and what its answer calls the run's id."""

STATEMENT_ENDS = {"FINISHED": "SUCCEEDED", "FAILED": "FAILED", "ABORTED": "STOPPED"}
BAD_ACTIONS = {
    "FailedActions": "failed",
    "TimeoutActions": "timed out",
    "ErroredActions": "ended in an error",
    "StoppedActions": "were stopped",
}
TOLD_BY_JOBS = ("GlueJobFailed", "StepFailed", "GlueWorkflowFailed")
"""Errors whose message is a job's own, which is told already."""


def starts_execution(details: Mapping[str, Any]) -> bool:
    """Whether the task starts an execution."""
    return details.get("resourceType") == "states" and str(details.get("resource")).startswith("startExecution")


def details_of(event: HistoryEventTypeDef) -> dict[str, Any]:
    """Return the one member of the event that says more; Step Functions calls it otherwise for each type."""
    row: Mapping[str, Any] = event
    return next((value for key, value in row.items() if key.endswith("EventDetails")), {})


def parsed(text: Any) -> Any:
    """Return the JSON's value; the text itself where it is none, since causes and outputs may be cut."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text
