"""Glue jobs: runs that take time and succeed or fail as specified, and starts that Glue rejects.

https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html
"""

from __future__ import annotations

import simpy

from sfnorch.glue_logs import DEFAULT_LOG_GROUP
from sfnorch.json_values import Json, find_value, read_mapping, read_number, read_string, write_compact
from sfnorch.simulator.behaviour import Fault
from sfnorch.simulator.errors import TASK_FAILED, StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import JobRunRecord
from sfnorch.simulator.services.activities import begin_run, end_run, refuse_start
from sfnorch.simulator.services.job_queue import WAITING, is_queued, wait_for_turn
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

_DEFAULT_TIMEOUT_MINUTES = 2_880
_ABSENT: Json = []
"""Marks a field that the description of a run does not have."""

_THROTTLED = "Rate exceeded (Service: AWSGlue; Status Code: 400; Error Code: ThrottlingException)"


@simulates("glue:startJobRun.sync")
def start_job_run_sync(request: ServiceRequest) -> Steps[Json]:
    """Return the description of a successful run. Raises StatesError if Glue rejects the start, or the run fails."""
    world = request.world
    run, fault = _start(request)
    timeout = _read_timeout_minutes(request) * 60
    yield from wait_for_turn(request, run)
    if run.ended is not None:
        raise StatesError(TASK_FAILED, write_compact(_describe_run(request, run)))
    try:
        yield world.clock.timeout(min(run.seconds, timeout))
    except simpy.Interrupt:
        end_run(request, run, "STOPPED")
        raise
    if run.seconds > timeout:
        end_run(request, run, "TIMEOUT")
    elif fault:
        end_run(request, run, "FAILED", fault.message)
    else:
        end_run(request, run, "SUCCEEDED")
        return _describe_run(request, run)
    raise StatesError(TASK_FAILED, write_compact(_describe_run(request, run)))


@simulates("glue:startJobRun", "aws-sdk:glue:startJobRun")
def start_job_run(request: ServiceRequest) -> Steps[Json]:
    """Return the run id at once; the run continues by itself."""
    run, fault = _start(request)
    request.world.clock.process(_run_job(request, run, fault))
    return {"JobRunId": run.run_id}
    yield


def _run_job(request: ServiceRequest, run: JobRunRecord, fault: Fault | None) -> Steps[None]:
    timeout = _read_timeout_minutes(request) * 60
    yield from wait_for_turn(request, run)
    if run.ended is not None:
        return
    yield request.world.clock.timeout(min(run.seconds, timeout))
    late = run.seconds > timeout
    message = fault.message if fault and not late else ""
    end_run(request, run, "TIMEOUT" if late else "FAILED" if fault else "SUCCEEDED", message)


@simulates("aws-sdk:glue:getJobRun")
def get_job_run(request: ServiceRequest) -> Steps[Json]:
    """Return the current description of a run."""
    for run in request.world.record.job_runs:
        if run.run_id == request.get_text("RunId") and run.job == request.get_text("JobName"):
            return {"JobRun": _describe_run(request, run)}
    raise StatesError("Glue.EntityNotFoundException", "Entity Not Found (Service: Glue, Status Code: 400)")
    yield


def _start(request: ServiceRequest) -> tuple[JobRunRecord, Fault | None]:
    """Start a run, and return it with the failure that it will have. Raises StatesError if Glue rejects it."""
    world, arguments = request.world, request.named
    job, given = read_string(arguments.get("JobName")), read_mapping(arguments.get("Arguments"))
    behaviour, counts = world.behaviour, world.job_counts[job]
    if counts.throttled < behaviour.count_throttled(job):
        counts.throttled += 1
        refuse_start(request, job, "Glue.AWSGlueException", _THROTTLED)
    if not behaviour.is_known_job(job):
        refuse_start(
            request, job, "Glue.EntityNotFoundException", f"Failed to start job run due to missing metadata: {job}"
        )
    full = counts.running >= behaviour.find_concurrency(job)
    if full and not is_queued(arguments):
        refuse_start(request, job, "Glue.ConcurrentRunsExceededException", f"Concurrent runs exceeded for {job}")
    if _read_timeout_minutes(request) < 1:
        refuse_start(request, job, "Glue.InvalidInputException", "Timeout not supported: the minimum is one minute")
    run_id = f"jr_{world.rng.getrandbits(256):064x}"
    status = WAITING if full else "RUNNING"
    seconds, fault = behaviour.choose_outcome(job, counts.begun)
    return begin_run(request, job, "job", run_id, seconds, given, status=status), fault


def _read_timeout_minutes(request: ServiceRequest) -> float:
    return read_number(request.named.get("Timeout"), _DEFAULT_TIMEOUT_MINUTES)


def _read_log_group(arguments: dict[str, Json]) -> str:
    """Return the log group that Glue names, as far as the arguments of the start determine it.

    The job's role and its own arguments are unknown here: `ROLE` replaces the role's name.
    """
    if prefix := read_string(find_value(arguments, "Arguments", "--custom-logGroup-prefix")):
        return prefix
    configuration = arguments.get("SecurityConfiguration")
    return f"{DEFAULT_LOG_GROUP}-ROLE-{configuration}" if configuration else DEFAULT_LOG_GROUP


def _describe_run(request: ServiceRequest, run: JobRunRecord) -> dict[str, Json]:
    """Return a JobRun in Glue's format."""
    began, arguments = request.world.begin_millis, request.named
    ended = request.world.at if run.ended is None else run.ended
    find = arguments.get
    shown: dict[str, Json] = {  # in the order of the names
        "AllocatedCapacity": 10,
        "Arguments": find("Arguments", _ABSENT),
        "Attempt": 0,
        "CompletedOn": _ABSENT if run.ended is None else began + int(1000 * run.ended),
        "ErrorMessage": run.message or _ABSENT,
        "ExecutionClass": find("ExecutionClass", _ABSENT),
        "ExecutionTime": int(ended - run.started),
        "Id": run.run_id,
        "JobName": run.job,
        "JobRunQueuingEnabled": find("JobRunQueuingEnabled", _ABSENT),
        "JobRunState": run.status,
        "LastModifiedOn": began + int(1000 * ended),
        "LogGroupName": _read_log_group(arguments),
        "MaxCapacity": 10.0,
        "NumberOfWorkers": find("NumberOfWorkers", _ABSENT),
        "PredecessorRuns": [],
        "SecurityConfiguration": find("SecurityConfiguration", _ABSENT),
        "StartedOn": began + int(1000 * run.started),
        "Timeout": _read_timeout_minutes(request),
        "WorkerType": find("WorkerType", _ABSENT),
    }
    return {name: value for name, value in shown.items() if value is not _ABSENT}
