"""The Amazon Redshift Data API: statements that take time, and finish or fail as specified.

https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html
"""

from __future__ import annotations

from sfnorch.json_values import Json, find_value, read_string
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import JobRunRecord
from sfnorch.simulator.services.activities import begin_run, end_run, refuse_throttled
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.sql import find_sql_parameters

SECONDS = 5.0
"""The default duration of a statement in virtual seconds."""

_THROTTLED = "The number of active statements exceeds the limit (Service: RedshiftData, Status Code: 400)"
_NO_VALUE = 'ERROR: syntax error at or near ":"'
"""Amazon Redshift's error for a parameter without a value, which the Data API leaves in the statement.

https://github.com/aws/aws-sdk-pandas/issues/3024
"""
_STATUS = {"RUNNING": "STARTED", "SUCCEEDED": "FINISHED", "FAILED": "FAILED", "STOPPED": "ABORTED"}


@simulates("aws-sdk:redshiftdata:executeStatement")
def execute_statement(request: ServiceRequest) -> Steps[Json]:
    """Return the statement's id at once; it continues by itself. Raises StatesError if Amazon Redshift rejects it."""
    world, given = request.world, request.named
    parameters = given.get("Parameters", [])
    if not request.get_text("Sql"):
        raise StatesError("RedshiftData.ValidationException", "Sql is missing")
    if not isinstance(parameters, list) or not all(map(_read_parameter_name, parameters)):
        raise StatesError("RedshiftData.ValidationException", "Parameters must have a Name and a Value, both texts")
    names, used = set(map(_read_parameter_name, parameters)), find_sql_parameters(request.get_text("Sql"))
    if unused := sorted(names - set(used)):
        cause = f"Parameters list contains unused parameters. Unused parameters: [{', '.join(unused)}]"
        raise StatesError("RedshiftData.ValidationException", cause)
    name, token = request.get_text("StatementName") or request.state.name, request.get_text("ClientToken")
    for run in world.record.job_runs:
        if run.kind == "statement" and token and run.arguments.get("ClientToken") == token:
            return {"Id": run.run_id}
    refuse_throttled(request, name, "RedshiftData.ActiveStatementsExceededException", _THROTTLED)
    fault = world.behaviour.find_fault(name, world.job_counts[name].begun)
    run = begin_run(
        request, name, "statement", world.generate_id(), world.behaviour.find_duration(name, SECONDS), given
    )
    message = fault.message if fault else "" if names.issuperset(used) else _NO_VALUE
    world.clock.process(_run_statement(request, run, message))
    return {"Id": run.run_id}
    yield


def _read_parameter_name(parameter: Json) -> str:
    """Return the name of a parameter; empty if its name or its value is missing or not a text."""
    name, value = (read_string(find_value(parameter, key)) for key in ("Name", "Value"))
    return name if value else ""


def _run_statement(request: ServiceRequest, run: JobRunRecord, message: str) -> Steps[None]:
    yield request.world.clock.timeout(run.seconds)
    if run.ended is None:
        end_run(request, run, "FAILED" if message else "SUCCEEDED", message)


@simulates("aws-sdk:redshiftdata:describeStatement")
def describe_statement(request: ServiceRequest) -> Steps[Json]:
    """Return the current description of the statement."""
    run = _find_statement(request)
    shown: dict[str, Json] = {"HasResultSet": False, "Id": run.run_id, "Status": _STATUS[run.status]}
    if run.status == "SUCCEEDED":
        shown["ResultRows"] = 0
    if run.message:
        shown["Error"] = run.message
    return shown
    yield


@simulates("aws-sdk:redshiftdata:cancelStatement")
def cancel_statement(request: ServiceRequest) -> Steps[Json]:
    """Cancel the statement, and return whether it was cancelled."""
    run = _find_statement(request)
    if run.ended is not None:
        raise StatesError("RedshiftData.ValidationException", f"Could not cancel a query that is {_STATUS[run.status]}")
    end_run(request, run, "STOPPED")
    return {"Status": True}
    yield


def _find_statement(request: ServiceRequest) -> JobRunRecord:
    for run in request.world.record.job_runs:
        if run.kind == "statement" and run.run_id == request.get_text("Id"):
            return run
    raise StatesError("RedshiftData.ResourceNotFoundException", f"Query {request.get_text('Id')} does not exist")
