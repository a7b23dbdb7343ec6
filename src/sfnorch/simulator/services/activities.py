"""Runs of jobs and of other activities with a duration: how they start and end, and how a start is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.events import JobRunEnded, JobRunStarted, JobStartRefused
from sfnorch.simulator.record import JobRunRecord, RefusedStart
from sfnorch.simulator.services.request import ServiceRequest


def begin_run(
    request: ServiceRequest,
    name: str,
    kind: str,
    run_id: str,
    seconds: float,
    arguments: Mapping[str, Json] | None = None,
    *,
    status: str = "RUNNING",
) -> JobRunRecord:
    """Start a run of the named resource and return it; it can be queued first. `end_run` ends it."""
    world, counts = request.world, request.world.job_counts[name]
    counts.running += status == "RUNNING"
    counts.begun += 1
    run = JobRunRecord(
        job=name,
        kind=kind,
        run_id=run_id,
        execution=request.execution.arn,
        machine=request.execution.title,
        started=world.at,
        seconds=seconds,
        arguments=dict(arguments or {}),
        status=status,
        visit=request.visit,
        attempt=request.attempt,
    )
    if _is_listed(request):
        world.record.job_runs.append(run)
    if request.execution.is_recorded:
        world.record_event(request.execution, JobRunStarted(name, run_id), request.state.name)
    request.record_submitted()
    return run


def end_run(request: ServiceRequest, run: JobRunRecord, status: str, message: str = "") -> None:
    """End the run now. If other runs are queued, the next one starts."""
    counts, had_room = request.world.job_counts[run.job], run.status == "RUNNING"
    run.status, run.ended, run.message = status, request.world.at, message
    if had_room and counts.queue:
        counts.queue.popleft().succeed()
    elif had_room:
        counts.running -= 1
    if status != "SUCCEEDED" or request.execution.is_recorded:
        ended = JobRunEnded(run.job, run.run_id, status, message)
        request.world.record_event(request.execution, ended, request.state.name)
    if not _is_listed(request):
        request.world.record.counted_job_runs.add(run)


def _is_listed(request: ServiceRequest) -> bool:
    """Return whether the record has the run itself; one that a large Map run waits for is counted when it has ended."""
    return request.execution.is_recorded or not request.call.way


def refuse_start(request: ServiceRequest, name: str, error: str, cause: str) -> NoReturn:
    """Raise StatesError: the service rejects the start of a run."""
    request.world.record_event(request.execution, JobStartRefused(name, error), request.state.name)
    if request.execution.is_recorded:
        refused = RefusedStart(request.world.at, request.execution.arn, request.visit, request.attempt, error, cause)
        request.world.record.refused_starts.append(refused)
    raise StatesError(error, cause)


def refuse_throttled(request: ServiceRequest, name: str, error: str, cause: str) -> None:
    """Raise StatesError if this start is one of those that are throttled."""
    counts = request.world.job_counts[name]
    if counts.throttled < request.world.behaviour.count_throttled(name):
        counts.throttled += 1
        refuse_start(request, name, error, cause)
