"""What happened to the jobs of a recorded execution: failures, durations and refused starts, by job.

A simulation has one duration for the runs of a job, lets its first runs fail, and refuses its first starts. Jobs of
which that is not the whole truth need mocks of their states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sfnorch.app.recorded.calls import JOB_RUN, LocatedAttempt, RecordedCalls
from sfnorch.json_values import find_value, is_number, parse_json, read_mapping, read_string
from sfnorch.simulator.services.elsewhere import find_handler as find_elsewhere
from sfnorch.template.calls import parse_call

if TYPE_CHECKING:
    from sfnorch.runs.recorded import RecordedExecution

THROTTLED = "Glue.AWSGlueException"
"""The error of a start that a simulation refuses."""
FULL = "Glue.ConcurrentRunsExceededException"
"""The error of a start while the maximum number of runs is running."""
_TRANSIENT = (
    THROTTLED,
    "Glue.ThrottlingException",
    FULL,
    "Glue.ResourceNumberLimitExceededException",
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
)
_MISSING = "Glue.EntityNotFoundException"
_LONGER = 60.0
"""How much longer a run takes that was stopped before it ended, in seconds."""
_POLLED_SECONDS = 1.0
"""How long before the poll that finds its end a run has ended, so that the same poll finds it again."""
_FOLLOWED_KINDS = ("workflow", "statement", "crawl", "query")
_NEVER = datetime.max.replace(tzinfo=timezone.utc)
_FUNCTION_CALLS = ("lambda:invoke",)
_EXECUTION_CALLS = ("states:startExecution.sync", "states:startExecution.sync:2")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """A run of a job, a function, a workflow or another activity that a simulation has too."""

    name: str
    execution: RecordedExecution
    started: datetime
    ended: datetime | None
    status: str
    """SUCCEEDED, FAILED, or another status of the service."""
    message: str
    seconds: float


@dataclass(slots=True, kw_only=True)
class RecordedActivity:
    """The runs with the same name, in the order in which they started, and the starts that were refused before."""

    name: str
    runs: list[RecordedRun] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """The errors of the starts that were refused before the first run."""
    is_job: bool = False
    """Whether it is a Glue job, which has a maximum number of concurrent runs."""
    is_missing: bool = False
    """Whether it does not exist."""
    is_exact: bool = True
    """Whether failures, durations and refused starts by name are the whole truth."""

    @property
    def failed(self) -> list[RecordedRun]:
        """Return the runs that failed."""
        return [run for run in self.runs if run.status != "SUCCEEDED"]

    @property
    def peak(self) -> int:
        """Return how many of the runs ran at once."""
        return max(
            (sum(other.started <= run.started < (other.ended or _NEVER) for other in self.runs) for run in self.runs),
            default=0,
        )

    @property
    def seconds(self) -> float:
        """Return the duration of a run: the mean of all."""
        return sum(run.seconds for run in self.runs) / len(self.runs)


def list_activities(calls: RecordedCalls) -> list[RecordedActivity]:
    """Return what a simulation runs by name, in the order of the first start.

    States of jobs of which it would not be the whole truth are added to those that have mocks.
    """
    while True:
        found = _collect(calls)
        wrong = {each.name for each in found if not each.is_exact}
        attempts = [each for each in calls.list_simulated(JOB_RUN) if name_job(each) in wrong]
        places = {each.place for each in attempts if each.place.item is None or each.attempt.status != "SUCCEEDED"}
        if not places:
            return found
        calls.mocked |= places


def name_job(located: LocatedAttempt) -> str:
    """Return the name of the job that an attempt starts."""
    return read_string(find_value(located.attempt.parameters, "JobName"))


def _collect(calls: RecordedCalls) -> list[RecordedActivity]:
    found: dict[str, RecordedActivity] = {}
    for name, each in _list_starts(calls):
        _add_attempt(found.setdefault(name, RecordedActivity(name=name)), name, each)
    for run in _list_followed_runs(calls):
        found.setdefault(run.name, RecordedActivity(name=run.name)).runs.append(run)
    for activity in found.values():
        activity.runs.sort(key=lambda run: run.started)
        activity.is_exact = activity.is_exact and _is_exact(activity)
    return sorted(found.values(), key=lambda each: each.runs[0].started.timestamp() if each.runs else float("inf"))


def _list_starts(calls: RecordedCalls) -> Iterator[tuple[str, LocatedAttempt]]:
    """Yield the attempts that a simulation runs by name, with this name."""
    for each in calls.list_simulated(JOB_RUN, *_FUNCTION_CALLS, *_EXECUTION_CALLS):
        call = parse_call(each.state)
        if each.attempt.call == JOB_RUN:
            yield name_job(each), each
        elif call is not None and find_elsewhere(call, each.state) is not None:
            if each.attempt.call in _FUNCTION_CALLS:
                name = read_string(find_value(each.attempt.parameters, "FunctionName"))
                yield name.rpartition(":function:")[2], each
            elif calls.names.find(name := _name_started_machine(each)) is None:
                yield name, each


def _name_started_machine(located: LocatedAttempt) -> str:
    return read_string(find_value(located.attempt.parameters, "StateMachineArn")).rpartition(":")[2]


def _add_attempt(activity: RecordedActivity, name: str, located: LocatedAttempt) -> None:
    attempt = located.attempt
    activity.is_job = attempt.call == JOB_RUN
    run = read_mapping(parse_json(attempt.cause)) if attempt.cause else read_mapping(attempt.result)
    is_start_refused = attempt.status == "FAILED" and "JobRunState" not in run and attempt.submitted is None
    if is_start_refused:
        if attempt.error == _MISSING and not activity.runs:
            activity.is_missing = True
        elif attempt.error in _TRANSIENT and not activity.runs:
            activity.refused.append(attempt.error)
            # a task that gives up has the error of the simulation, and not this one
            activity.is_exact &= attempt.error == THROTTLED or _is_retried(located)
        else:
            activity.is_exact = False
        return
    status = read_string(run.get("JobRunState")) or attempt.status
    seconds = attempt.seconds
    is_stopped = attempt.ended is None or (attempt.call == JOB_RUN and attempt.status == "SUCCEEDED" and not run)
    if is_stopped:
        status, seconds = "STOPPED", _find_stopped_seconds(located)
    elif status in ("TIMED_OUT", "TIMEOUT"):
        seconds += _LONGER
    activity.runs.append(
        RecordedRun(
            name=name,
            execution=located.execution,
            started=attempt.scheduled,
            ended=None if is_stopped else attempt.ended,
            status=status,
            message=read_string(run.get("ErrorMessage")),
            seconds=seconds,
        )
    )
    has_timeout = is_number(find_value(attempt.parameters, "Timeout"))
    activity.is_exact &= status in ("SUCCEEDED", "FAILED", "STOPPED", "TIMED_OUT") or (
        status == "TIMEOUT" and has_timeout
    )
    activity.is_exact &= status != "STOPPED" or is_stopped
    activity.is_exact &= status != "FAILED" or "JobRunState" in run


def _is_retried(located: LocatedAttempt) -> bool:
    """Return whether the task made another attempt after this one."""
    attempt = located.attempt
    return any(
        each.visit == attempt.visit and each.scheduled > attempt.scheduled for each in located.execution.attempts
    )


def _find_stopped_seconds(located: LocatedAttempt) -> float:
    """Return a duration that is longer than the run had until its execution ended."""
    attempt, end = located.attempt, located.execution.record.ended
    return ((end - attempt.scheduled).total_seconds() if end else 0.0) + _LONGER


def _list_followed_runs(calls: RecordedCalls) -> Iterator[RecordedRun]:
    """Yield the runs of workflows, statements, crawls and queries, which an execution starts and follows."""
    for known in calls.executions:
        execution = known.execution
        for job in execution.record.jobs:
            if job.kind not in _FOLLOWED_KINDS or job.started is None or not (job.run_id or job.kind == "crawl"):
                continue
            seconds = (job.ended - job.started).total_seconds() if job.ended else _LONGER
            run = RecordedRun(
                name=job.glue_name,
                execution=execution,
                started=job.started,
                ended=job.ended,
                status="SUCCEEDED" if job.status in ("SUCCEEDED", "HANDED_OVER", "RUNNING") else job.status,
                message=job.message,
                seconds=max(seconds / job.attempts - _POLLED_SECONDS, _POLLED_SECONDS),
            )
            for attempt in job.earlier:
                yield replace(run, status="FAILED", message=attempt.message)
            yield run


def _is_exact(activity: RecordedActivity) -> bool:
    """Return whether only the first runs failed, all with the same end."""
    statuses = [run.status for run in activity.runs if run.status not in ("STOPPED", "TIMED_OUT")]
    failed = [status for status in statuses if status != "SUCCEEDED"]
    if activity.is_missing and (activity.runs or activity.refused):
        return False
    return (
        statuses[: len(failed)] == failed and len(set(failed)) <= 1 and ("TIMEOUT" not in failed or failed == statuses)
    )
