"""Amazon Athena: queries that take time, and succeed or fail as specified.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
"""

from __future__ import annotations

import simpy

from sfnorch.calls.athena_query import RUN_QUERY
from sfnorch.json_values import Json, find_value, read_string, write_compact
from sfnorch.simulator.errors import TASK_FAILED, StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import JobRunRecord
from sfnorch.simulator.services.activities import begin_run, end_run, refuse_start, refuse_throttled
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

SECONDS = 10.0
"""The default duration of a query in virtual seconds."""

_THROTTLED = "Too many requests (Service: AmazonAthena; Status Code: 400; Error Code: TooManyRequestsException)"
_STATES = {"RUNNING": "RUNNING", "SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "STOPPED": "CANCELLED"}


@simulates(RUN_QUERY.resource)
def run_query(request: ServiceRequest) -> Steps[Json]:
    """Return the description of a query that succeeded. Raises StatesError if Athena rejects it, or it fails.

    The name of a query is that of its state, because a query has no name in Athena.
    """
    world, name = request.world, request.state.name
    refuse_throttled(request, name, "Athena.TooManyRequestsException", _THROTTLED)
    if not request.get_text("QueryString"):
        refuse_start(request, name, "Athena.InvalidRequestException", "QueryString is missing")
    fault = world.behaviour.find_fault(name, world.job_counts[name].begun)
    run = begin_run(
        request, name, "query", world.generate_id(), world.behaviour.find_duration(name, SECONDS), request.named
    )
    try:
        yield world.clock.timeout(run.seconds)
    except simpy.Interrupt:
        end_run(request, run, "STOPPED")
        raise
    end_run(request, run, "FAILED" if fault else "SUCCEEDED", fault.message if fault else "")
    if fault:
        raise StatesError(TASK_FAILED, write_compact({"QueryExecution": _describe(request, run)}))
    return {"QueryExecution": _describe(request, run)}


def _describe(request: ServiceRequest, run: JobRunRecord) -> dict[str, Json]:
    """Return a QueryExecution in Athena's format."""
    began = int(request.world.begin.timestamp() * 1000)
    ended = run.ended if run.ended is not None else request.world.at
    location = read_string(find_value(run.arguments, "ResultConfiguration", "OutputLocation"), "s3://RESULTS/")
    status: dict[str, Json] = {
        "State": _STATES[run.status],
        "SubmissionDateTime": began + int(1000 * run.started),
        "CompletionDateTime": began + int(1000 * ended),
    }
    if run.message:
        status["StateChangeReason"] = run.message
        status["AthenaError"] = {"ErrorCategory": 2, "ErrorMessage": run.message, "ErrorType": 1306, "Retryable": False}
    return {
        "Query": run.arguments.get("QueryString", ""),
        "QueryExecutionContext": run.arguments.get("QueryExecutionContext", {}),
        "QueryExecutionId": run.run_id,
        "ResultConfiguration": {"OutputLocation": f"{location}{run.run_id}.csv"},
        "Statistics": {"DataScannedInBytes": 0, "TotalExecutionTimeInMillis": int(1000 * (ended - run.started))},
        "Status": status,
        "WorkGroup": run.arguments.get("WorkGroup", "primary"),
    }
