"""Map runs: list those of an execution, and count the items of one.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

_STATUSES = {
    "Pending": "PENDING",
    "Running": "RUNNING",
    "Succeeded": "SUCCEEDED",
    "Failed": "FAILED",
    "TimedOut": "TIMED_OUT",
    "Aborted": "ABORTED",
}
"""The statuses of child executions by the names of their counts."""


@simulates("aws-sdk:sfn:listMapRuns")
def list_map_runs(request: ServiceRequest) -> Steps[Json]:
    """Return the ARNs of the Map runs of an execution, the newest first (assumed)."""
    arn = request.get_text("ExecutionArn")
    found = [run for run in request.world.record.map_runs if run.execution == arn]
    return {"MapRuns": [{"ExecutionArn": arn, "MapRunArn": run.arn} for run in reversed(found)]}
    yield


@simulates("aws-sdk:sfn:describeMapRun")
def describe_map_run(request: ServiceRequest) -> Steps[Json]:
    """Return the numbers of items and child executions of a Map run by status. Raises StatesError if it is unknown."""
    arn = request.get_text("MapRunArn")
    for run in request.world.record.map_runs:
        if run.arn == arn:
            return {
                "ExecutionCounts": _name_counts(run.count_executions(), run.count),
                "ItemCounts": _name_counts(run.count_items(), run.total),
                "MapRunArn": arn,
            }
    raise StatesError("Sfn.ResourceNotFoundException", f"Resource not found: '{arn}'")
    yield


def _name_counts(found: Mapping[str, int], total: int) -> Json:
    return {**{name: found.get(status, 0) for name, status in _STATUSES.items()}, "Total": total}
