"""Fold the events of an execution history into its state: its jobs, its child executions, its end.

The fold knows the events of Step Functions, and no pattern. A `Reading` says what a state machine of a pattern means by
its states and variables; `runs/kinds` contains them.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sfnorch.glue_logs import log_group_in
from sfnorch.runs.events import (
    BAD_ACTIONS,
    BEGUN_BY,
    ENDS,
    EXISTS,
    KINDS,
    LOOKS,
    NAMED_BY,
    STATEMENT_ENDS,
    details_of,
    parsed,
    starts_execution,
)
from sfnorch.runs.job import Change, Job

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

UNKNOWN = "UNKNOWN"
"""The status of an execution whose history is deleted and that its parent does not report."""


class Reading:
    """What an execution means by its states and variables: here for a state machine of which nothing is known."""

    noun = "job"
    """The name of a unit of its work."""
    job_error = ""
    """The error of an execution whose message repeats the message of a job, which is reported already."""

    def is_work(self, state: str) -> bool:
        """Return whether every service call of this state is work, not only those that all executions follow."""
        return False

    def is_part(self, state: str, holder: str) -> bool:
        """Return whether a state is a part of the state with branches that contains it, and is retried with it."""
        return False

    def name_job(self, record: Record, name: str, kind: str, state: str) -> str:
        """Return the name under which a job is shown; `name` is its name in the service that runs it."""
        return name

    def find_run(self, record: Record, state: str) -> tuple[str, str] | None:
        """Return the workflow and the run that the execution continues, after this state; None for most states."""
        return None

    def list_to_come(self, record: Record) -> list[str]:
        """Return what the execution has yet to run, by name."""
        return []

    def list_causes(self, record: Record) -> list[Job]:
        """Return the jobs that can be the cause of the failure of the execution."""
        return [job for job in record.jobs if job.status != "SUCCEEDED"]

    def explain(self, record: Record) -> str:
        """Return why the execution failed."""
        return str(record.facts.get("message") or record.cause)

    def report_child(self, record: Record, arn: str) -> Mapping[str, Any]:
        """Return what the output says of an execution that this one started; an empty mapping without a report."""
        return {}


NOT_READ = Reading()
Recognizer = Callable[[str, Collection[str]], Reading | None]
"""Returns the reading of an execution that left this state, which assigned these variables; None if it is unknown."""


def _recognize_none(state: str, assigned: Collection[str]) -> None:
    return None


@dataclass(slots=True, kw_only=True)
class Record:
    """What the events read so far say about an execution."""

    recognize: Recognizer = _recognize_none
    reading: Reading = NOT_READ
    status: str = "RUNNING"
    started: datetime | None = None
    ended: datetime | None = None
    input: Any = None
    output: Any = None
    error: str = ""
    cause: str = ""
    jobs: list[Job] = field(default_factory=list)
    started_executions: dict[int, str] = field(default_factory=dict)
    """The ARN of the execution that a visit of a state started and waits for, by visit."""
    refused_executions: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The state machine that a visit failed to start, and the error, by visit."""
    variables: dict[str, Any] = field(default_factory=dict)
    assigned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the variables that a state assigned when it was left for the first time, by state."""
    last_event: int = 0
    entered: list[str] = field(default_factory=list)
    """The states that were entered, in order."""
    next_execution: str = ""
    """The ARN of the execution of the same state machine that continues this one."""
    _names: dict[int, str] = field(default_factory=dict)
    """The state of a visit, also of states with branches."""
    _holders: dict[int, int] = field(default_factory=dict)
    """The visit of a state with branches that an event follows, by the event's id."""
    _visits: dict[int, int] = field(default_factory=dict)
    """The visit that an event belongs to, by the event's id. A visit is the id of the event that entered a state."""
    _jobs: dict[int, Job] = field(default_factory=dict)
    """The job of a visit, by visit."""
    _executions: dict[int, str] = field(default_factory=dict)
    """The state machine that a visit is about to start."""

    @property
    def children(self) -> list[str]:
        """Return the ARNs of the executions that it started and waits for, in the order of its branches."""
        return [arn for _, arn in sorted(self.started_executions.items())]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the cause if it is a JSON object; an empty mapping for other causes."""
        facts = parsed(self.cause)
        return facts if isinstance(facts, dict) else {}

    @property
    def message(self) -> str:
        """Return why it failed."""
        return self.reading.explain(self)

    def take(self, events: Iterable[HistoryEventTypeDef]) -> Iterator[Change]:
        """Read the next events, and yield what has changed."""
        for event in events:
            self.last_event = event["id"]
            before = self._visits.get(event.get("previousEventId", 0), 0)
            self._visits[event["id"]] = event["id"] if event["type"] == "TaskStateEntered" else before
            holder = self._holders.get(event.get("previousEventId", 0), 0)
            self._holders[event["id"]] = event["id"] if event["type"] == "ParallelStateEntered" else holder
            if event["type"].endswith("StateEntered"):
                self.entered.append(str(details_of(event).get("name", "")))
                self._names[event["id"]] = self.entered[-1]
            fold = _FOLDS.get(event["type"])
            if fold is not None:
                yield from fold(self, event)
            elif event["type"] in ENDS:
                yield from self._end(event)
            elif event["type"].endswith("StateExited"):
                yield from self._assign(event)

    def _end(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        self.status, self.ended = ENDS[event["type"]], event["timestamp"]
        details = details_of(event)
        self.output = parsed(details.get("output", "null"))
        self.error, self.cause = str(details.get("error", "")), str(details.get("cause", ""))
        for job in self.jobs:
            if job.ended is None and job.kind == "workflow" and self.status == "SUCCEEDED":
                job.status, job.ended = "HANDED_OVER", event["timestamp"]
            elif job.ended is None:
                job.status, job.ended, job.cut_off = "STOPPED", event["timestamp"], True
        told = "" if self.jobs and self.error and self.error == self.reading.job_error else self.message
        yield Change(at=event["timestamp"], status=self.status, message=": ".join(filter(None, (self.error, told))))

    def _begin(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        self.started = event["timestamp"]
        self.input = parsed(details_of(event).get("input", "null"))
        yield Change(at=event["timestamp"], status="RUNNING")

    def _redrive(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        """Mark the execution as running again after a redrive.

        https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
        """
        self.status, self.ended, self.output, self.error, self.cause = "RUNNING", None, None, "", ""
        yield Change(at=event["timestamp"], status="RUNNING", message="redriven")

    def _assign(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        """Read the variables that a state has assigned; yield the workflow run that the execution continues."""
        details = details_of(event)
        state, assigned = str(details.get("name", "")), details.get("assignedVariables", {})
        if self.reading is NOT_READ:
            self.reading = self.recognize(state, assigned) or NOT_READ
        self.assigned.setdefault(state, tuple(assigned))
        self.variables.update({name: parsed(value) for name, value in assigned.items()})
        if found := self.reading.find_run(self, state):
            name, run_id = found
            yield self._goes_on(event, run_id, name)

    def _goes_on(self, event: HistoryEventTypeDef, run_id: str, name: str) -> Change:
        """Read a workflow run that another execution has started."""
        job = Job(name=name, glue_name=name, started=event["timestamp"], kind="workflow", status="RUNNING")
        job.run_id = run_id
        self.jobs.append(job)
        return Change(at=event["timestamp"], status="RUNNING", job=name, run_id=run_id)

    def _schedule(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        """Yield nothing: the next event shows whether the task runs or was rejected."""
        yield from ()
        details = details_of(event)
        given = parsed(details.get("parameters", "{}"))
        parameters = given if isinstance(given, dict) else {}
        if starts_execution(details):
            self._executions[self._visits[event["id"]]] = str(parameters.get("StateMachineArn", "")).rpartition(":")[2]
        kind = self._kind(details, event)
        if not kind:
            return
        visit = self._visits[event["id"]] = self._visits[event["id"]] or event["id"]
        state, holder = self._names.get(visit, ""), self._holders[event["id"]]
        is_part = self.reading.is_part(state, self._names.get(holder, ""))
        job = self._jobs.get(visit) or (self._jobs.get(holder) if is_part else None)
        if job is None:
            own = str(parameters.get(NAMED_BY.get(kind, ""), "?"))
            name = self.reading.name_job(self, own, kind, state)
            job = Job(name=name, glue_name=own, started=event["timestamp"], kind=kind)
            self.jobs.append(job)
        else:
            job.try_again()
        self._jobs[visit] = job
        if is_part:
            self._jobs[holder] = job

    def _kind(self, details: Mapping[str, Any], event: HistoryEventTypeDef) -> str:
        """Return the kind of the task: a job run, a workflow run, a statement; an empty text for others."""
        call = (str(details.get("resourceType")), str(details.get("resource")))
        if call in KINDS:
            return KINDS[call]
        is_work = self.reading.is_work(self._names.get(self._visits[event["id"]], ""))
        return "call" if is_work and call not in LOOKS and call[0] != "states" else ""

    def _submit(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        details = details_of(event)
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
        run = parsed(details_of(event).get("output", "{}"))
        if job is None:
            yield from self._look(event, run if isinstance(run, dict) else {})
            return
        if job.kind in BEGUN_BY:
            job.status = "RUNNING"
            job.run_id = str(run.get(BEGUN_BY[job.kind], "")) if isinstance(run, dict) else ""
            yield Change(at=event["timestamp"], status="RUNNING", job=job.name, run_id=job.run_id)
            return
        if job.kind == "call":
            yield self._ended(job, event, "SUCCEEDED", "")
            return
        if not isinstance(run, dict):  # the truncated result has no run
            run = {"JobRunState": "STOPPED"}
        state = str(run.get("JobRunState", "SUCCEEDED"))
        job.log_group = str(run.get("LogGroupName") or "")
        yield self._ended(job, event, state, str(run.get("ErrorMessage") or ""))

    def _look(self, event: HistoryEventTypeDef, answer: Mapping[str, Any]) -> Iterator[Change]:
        """Yield the new status of a workflow run or a statement; of a started execution, that it runs."""
        details = details_of(event)
        run = answer.get("Run")
        if starts_execution(details) and "ExecutionArn" in answer:
            self.next_execution = str(answer["ExecutionArn"])
        elif isinstance(run, dict) and "WorkflowRunId" in run:
            yield from self._workflow_run(event, run)
        elif (status := str(answer.get("Status"))) in STATEMENT_ENDS:
            for job in self.jobs:
                if job.run_id == answer.get("Id") and job.ended is None:
                    yield self._ended(job, event, STATEMENT_ENDS[status], str(answer.get("Error") or ""))

    def _workflow_run(self, event: HistoryEventTypeDef, run: Mapping[str, Any]) -> Iterator[Change]:
        """Yield the new status of a workflow run; of a run that another execution has started, that it runs."""
        run_id, name = str(run["WorkflowRunId"]), str(run.get("Name", "?"))
        job = next((each for each in self.jobs if each.run_id == run_id), None)
        if job is None:
            yield self._goes_on(event, run_id, name)
            job = self.jobs[-1]
        if run.get("Status") in ("COMPLETED", "STOPPED", "ERROR") and job.ended is None:
            counts = run.get("Statistics")
            bad = {key: number for key, number in (counts if isinstance(counts, dict) else {}).items() if number}
            words = ", ".join(f"{bad[key]} {what}" for key, what in BAD_ACTIONS.items() if key in bad)
            well = run["Status"] == "COMPLETED" and not words
            message = "; ".join(filter(None, (words, str(run.get("ErrorMessage") or ""))))
            yield self._ended(job, event, "SUCCEEDED" if well else "FAILED", message)

    def _fail(self, event: HistoryEventTypeDef) -> Iterator[Change]:
        job = self._job(event)
        details = details_of(event)
        error, cause = str(details.get("error", "")), str(details.get("cause", ""))
        words = ": ".join(filter(None, (error, cause)))
        visit = self._visits[event["id"]]
        if exists := EXISTS.fullmatch(words):  # it runs, or has run, already: follow it
            self.started_executions[visit] = exists[1]
        elif visit in self._executions and visit not in self.started_executions:
            self.refused_executions[visit] = (self._executions[visit], words)
        if job is None:
            return
        run = parsed(cause)
        job.log_group = log_group_in(cause)
        if isinstance(run, dict) and "errorMessage" in run:  # the error of a function
            yield self._ended(job, event, "FAILED", f"{error}: {run['errorMessage']}")
        elif isinstance(run, dict) and "JobRunState" in run:
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
