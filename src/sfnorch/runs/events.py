"""Read the events of an execution history: which calls tasks make, how executions end, JSON that may be truncated.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.calls.catalogue import CALLS
from sfnorch.json_values import Json

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

END_STATUSES = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
"""The status of an execution, by the type of its last event."""


def _split_resource(resource: str) -> tuple[str, str]:
    """Return the type and the resource of a task's events: `("aws-sdk:glue", "startWorkflowRun")`."""
    service, _, action = resource.rpartition(":")
    return service, action


PARTS = frozenset(_split_resource(call.resource) for call in CALLS.values() if call.is_part)
"""Calls that are part of a step and not a step themselves."""

STARTED = {_split_resource(call.resource): call.starts for call in CALLS.values() if call.starts}
"""The runs that are followed in every state machine, by the call that starts them."""

ID_KEYS = {start.kind: start.id_key for start in STARTED.values()}
"""The key of the id in the answer of the service, by kind of run."""

CONTINUING = {start.kind: start for call, start in STARTED.items() if not call[1].endswith(".sync")}
"""The runs that continue after their task has succeeded, by kind."""

EXISTS = re.compile(
    r"StepFunctions\.ExecutionAlreadyExistsException: .*?(arn:[^:\s]+:states:\S+:execution:[^\s']+).*", re.DOTALL
)
"""The error for an execution name that is in use: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""

STATEMENT_ENDS = {"FINISHED": "SUCCEEDED", "FAILED": "FAILED", "ABORTED": "STOPPED"}
CRAWL_ENDS = {"SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "CANCELLED": "STOPPED"}
BAD_ACTIONS = {
    "FailedActions": "failed",
    "TimeoutActions": "timed out",
    "ErroredActions": "ended in an error",
    "StoppedActions": "were stopped",
}


def has_execution_start(details: Mapping[str, Json]) -> bool:
    """Return whether the task starts an execution."""
    return details.get("resourceType") == "states" and str(details.get("resource")).startswith("startExecution")


def read_details(event: HistoryEventTypeDef) -> dict[str, Json]:
    """Return the details of the event, whose key differs by type of event."""
    for key, value in event.items():
        if key.endswith("EventDetails") and isinstance(value, dict):
            return value
    return {}
