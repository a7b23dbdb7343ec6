"""An execution's history, event by event, folded into what became of it: its jobs, its children, its end.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

_ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
STARTED_BY = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
"""The key of an execution's input that links it to the one that started it, in the console too."""

_TOLD = ("jobs", "children", "threads", "threadId", "child", "task", "tasks", "done")
"""The variables of sfnorch's machines that say what a run is to do."""


_EXISTS = re.compile(
    r"StepFunctions\.ExecutionAlreadyExistsException: .*?(arn:[^:\s]+:states:\S+:execution:[^\s']+).*", re.DOTALL
)
"""What is said of an execution's name that is taken: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""


@dataclass(slots=True, kw_only=True)
class Job:
    """A Glue job that an execution runs: one visit of its state, however often it was tried.

    `status` is STARTING, RUNNING, or what became of the last try; `attempts` counts the tries.
    """

    name: str
    glue_name: str
    """Glue's name of it; `name` is that of the list, where a second run with other settings is `name (2)`."""
    started: datetime
    status: str = "STARTING"
    run_id: str = ""
    message: str = ""
    attempts: int = 1
    ended: datetime | None = None
    cut_off: bool = False
    """Whether it had not ended when its execution did."""

    @property
    def unsettled(self) -> bool:
        """Whether it has a run of which Glue alone knows what became: its end was not seen, or it was stopped."""
        return bool(self.run_id) and (self.cut_off or self.status in ("STARTING", "RUNNING", "STOPPED"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that a person would want to see: of a job, or of the execution itself where `job` is empty."""

    at: datetime
    status: str
    job: str = ""
    run_id: str = ""
    message: str = ""


@dataclass(slots=True, kw_only=True)
class Record:
    """What is known of an execution so far."""

    status: str = "RUNNING"
    started: datetime | None = None
    ended: datetime | None = None
    input: Any = None
    output: Any = None
    error: str = ""
    cause: str = ""
    jobs: list[Job] = field(default_factory=list)
    started_executions: dict[int, str] = field(default_factory=dict)
    """The ARN of the execution that a visit of a state has started and waits for, by the visit."""
    refused_executions: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The machine that a visit could not start an execution of, and why, by the visit."""
    variables: dict[str, Any] = field(default_factory=dict)
    last_event: int = 0
    _visits: dict[int, int] = field(default_factory=dict)
    """The visit that an event belongs to, by the event's id. A visit is the number of the event of entering a state."""
    _jobs: dict[int, Job] = field(default_factory=dict)
    """The job of a visit."""
    _executions: dict[int, str] = field(default_factory=dict)
    """The machine that a visit is to start an execution of."""

    @property
    def children(self) -> list[str]:
        """The ARNs of the executions that it started and waits for, in the order of its branches."""
        return [arn for _, arn in sorted(self.started_executions.items())]

    @property
    def planned(self) -> list[str]:
        """The jobs that it is to run, one after another; those that it has run where that isn't known."""
        jobs = self.variables.get("jobs")
        return [str(job) for job in jobs] if isinstance(jobs, list) else [job.name for job in self.jobs]

    @property
    def threads(self) -> list[dict[str, Any]]:
        """What a master has made of its input, child by child; nothing while it has not taken it.

        Before, the variable holds the input as it came.
        """
        threads = self.variables.get("threads")
        rows = threads if isinstance(threads, list) else []
        return rows if all(isinstance(row, dict) and STARTED_BY in row for row in rows) else []

    @property
    def child_names(self) -> list[str]:
        """A master's children, in their order."""
        names = self.variables.get("children")
        return [str(name) for name in names] if isinstance(names, list) else []

    @property
    def task_names(self) -> list[str]:
        """The tasks of a master of tasks; nothing of another."""
        names = self.variables.get("tasks")
        return [str(name) for name in names] if isinstance(names, list) else []

    @property
    def remaining(self) -> list[str]:
        """The jobs that have not succeeded, in their order: each is visited once, in the order of the list."""
        done = {index for index, job in enumerate(self.jobs) if job.status == "SUCCEEDED"}
        return [name for index, name in enumerate(self.planned) if index not in done]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the cause says, where it is a JSON object as sfnorch's machines make them; else nothing."""
        facts = parsed(self.cause)
        return facts if isinstance(facts, dict) else {}

    @property
    def message(self) -> str:
        """Why it failed, in words."""
        jobs = self.facts.get("jobs")
        if isinstance(jobs, list):
            failed = [str(job.get("job")) for job in jobs if isinstance(job, dict) and job.get("status") == "FAILED"]
            return f"{len(failed)} of {len(jobs)} jobs failed: {', '.join(failed)}"
        return str(self.facts.get("message") or self.cause)

    def take(self, events: Iterable[HistoryEventTypeDef]) -> Iterator[Change]:
        """What has changed by these events, which follow those before."""
        for event in events:
            self.last_event = event["id"]
            before = self._visits.get(event.get("previousEventId", 0), 0)
            self._visits[event["id"]] = event["id"] if event["type"] == "TaskStateEntered" else before
            fold = _FOLDS.get(event["type"])
            if fold is not None:
                yield from fold(self, event)
            elif event["type"] in _ENDS:
                yield from self._end(event)
            elif event["type"].endswith("StateExited"):
                self._assign(event)

    def _end(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        self.status, self.ended = _ENDS[event["type"]], event["timestamp"]
        details = _details(event)
        self.output = parsed(details.get("output", "null"))
        self.error, self.cause = str(details.get("error", "")), str(details.get("cause", ""))
        for job in self.jobs:
            if job.ended is None:
                job.status, job.ended, job.cut_off = "STOPPED", event["timestamp"], True
        told = "" if self.jobs and self.error == "GlueJobFailed" else self.message
        yield Change(at=event["timestamp"], status=self.status, message=": ".join(filter(None, (self.error, told))))

    def _begin(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        self.started = event["timestamp"]
        self.input = parsed(_details(event).get("input", "null"))
        yield Change(at=event["timestamp"], status="RUNNING")

    def _redrive(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        """Has the execution go on after its end.

        https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
        """
        self.status, self.ended, self.output, self.error, self.cause = "RUNNING", None, None, "", ""
        yield Change(at=event["timestamp"], status="RUNNING", message="redriven")

    def _assign(self, event: HistoryEventTypeDef) -> None:
        assigned = _details(event).get("assignedVariables", {})
        self.variables.update({name: parsed(assigned[name]) for name in _TOLD if name in assigned})

    def _schedule(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        """Tells nothing: that it runs, or that it was refused, is told by the event after."""
        yield from ()
        details = _details(event)
        given = parsed(details.get("parameters", "{}"))
        parameters = given if isinstance(given, dict) else {}
        if _starts_execution(details):
            self._executions[self._visits[event["id"]]] = str(parameters.get("StateMachineArn", "")).rpartition(":")[2]
        if not _is_job(details):
            return
        visit = self._visits[event["id"]] = self._visits[event["id"]] or event["id"]
        job = self._jobs.get(visit)
        if job is None:
            own = str(parameters.get("JobName", "?"))
            job = Job(name=self._name(own), glue_name=own, started=event["timestamp"])
            self.jobs.append(job)
            self._jobs[visit] = job
        else:
            job.attempts += 1
            job.status, job.run_id, job.message, job.ended = "STARTING", "", "", None

    def _name(self, job_name: str) -> str:
        """What the list of jobs calls it, where the list is known."""
        planned, index = self.variables.get("jobs"), len(self.jobs)
        listed = planned[index] if isinstance(planned, list) and index < len(planned) else job_name
        return listed if isinstance(listed, str) and listed.startswith(job_name) else job_name

    def _submit(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        details = _details(event)
        output = parsed(details.get("output", "{}"))
        job = self._job(event)
        if not isinstance(output, dict):
            return
        if job is not None:
            job.status, job.run_id = "RUNNING", str(output.get("JobRunId", ""))
            again = f"attempt {job.attempts}" if job.attempts > 1 else ""
            yield Change(at=event["timestamp"], status="RUNNING", job=job.name, run_id=job.run_id, message=again)
        elif "ExecutionArn" in output:
            visit = self._visits[event["id"]]
            self.started_executions[visit] = str(output["ExecutionArn"])
            self.refused_executions.pop(visit, None)

    def _succeed(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        job = self._job(event)
        if job is None:
            return
        run = parsed(_details(event).get("output", "{}"))
        if not isinstance(run, dict):  # no run to speak of: it was cut off
            run = {"JobRunState": "STOPPED"}
        state = str(run.get("JobRunState", "SUCCEEDED"))
        yield self._ended(job, event, state, str(run.get("ErrorMessage") or ""))

    def _fail(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        job = self._job(event)
        details = _details(event)
        error, cause = str(details.get("error", "")), str(details.get("cause", ""))
        words = ": ".join(filter(None, (error, cause)))
        visit = self._visits[event["id"]]
        if exists := _EXISTS.fullmatch(words):  # it runs, or has run, already: it is joined
            self.started_executions[visit] = exists[1]
        elif visit in self._executions and visit not in self.started_executions:
            self.refused_executions[visit] = (self._executions[visit], words)
        if job is None:
            return
        run = parsed(cause)
        if isinstance(run, dict) and "JobRunState" in run:
            job.run_id = job.run_id or str(run.get("Id", ""))
            yield self._ended(job, event, str(run["JobRunState"]), str(run.get("ErrorMessage") or error))
        else:
            status = "TIMED_OUT" if event["type"] == "TaskTimedOut" else "FAILED"
            yield self._ended(job, event, status, words)

    def _job(self, event: HistoryEventTypeDef) -> Job | None:
        return self._jobs.get(self._visits[event["id"]])

    def _ended(self, job: Job, event: HistoryEventTypeDef, status: str, message: str) -> Change:
        job.status, job.message, job.ended = status, message, event["timestamp"]
        return Change(at=event["timestamp"], status=status, job=job.name, run_id=job.run_id, message=message)


def _is_job(details: Mapping[str, Any]) -> bool:
    return (details.get("resourceType"), details.get("resource")) == ("glue", "startJobRun.sync")


def _starts_execution(details: Mapping[str, Any]) -> bool:
    return details.get("resourceType") == "states" and str(details.get("resource")).startswith("startExecution")


def _details(event: HistoryEventTypeDef) -> dict[str, Any]:
    """The one member of the event that says more; Step Functions calls it otherwise for each type."""
    row: Mapping[str, Any] = event
    return next((value for key, value in row.items() if key.endswith("EventDetails")), {})


def parsed(text: Any) -> Any:
    """The JSON's value; the text itself where it is none, since causes and outputs may be cut."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text


_FOLDS: dict[str, Callable[[Record, HistoryEventTypeDef], Iterator[Change]]] = {
    "ExecutionStarted": Record._begin,
    "ExecutionRedriven": Record._redrive,
    "TaskScheduled": Record._schedule,
    "TaskSubmitted": Record._submit,
    "TaskSucceeded": Record._succeed,
    "TaskFailed": Record._fail,
    "TaskTimedOut": Record._fail,
    "TaskSubmitFailed": Record._fail,
    "TaskStartFailed": Record._fail,
}
