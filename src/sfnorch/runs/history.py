"""Fold the events of an execution history into its state: its jobs, its child executions, its end.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sfnorch.glue_logs import log_group_in
from sfnorch.protocol import continuous, dag, flow, job_list, master_child
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.protocol.states import ALARMS_AND_MESSAGES, list_names
from sfnorch.runs.events import (
    BAD_ACTIONS,
    BEGUN_BY,
    ENDS,
    EXISTS,
    KINDS,
    LOOKS,
    NAMED_BY,
    STATEMENT_ENDS,
    TOLD_BY_JOBS,
    details_of,
    parsed,
    starts_execution,
)
from sfnorch.runs.job import Change, Job

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

_TOLD = list_names(
    job_list.JobListVariable,
    master_child.MasterVariable,
    master_child.ChildVariable,
    dag.MasterVariable,
    dag.TaskVariable,
    continuous.LoopVariable,
)
"""The variables of sfnorch's state machines that hold what a run has to do."""

_OF_THE_FLOW = list_names(flow.FlowVariable)
"""Those of its variables that do not belong to a step."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What the events read so far say about an execution."""

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
    last_event: int = 0
    entered: list[str] = field(default_factory=list)
    """The states that were entered, in order."""
    next_execution: str = ""
    """The ARN of the execution of the same state machine that continues this one."""
    _own: dict[str, Any] = field(default_factory=dict)
    """The variables of a flow's top level, which may have any name."""
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
    def planned(self) -> list[str]:
        """Return the jobs that it has to run, in sequence; if that is unknown, the jobs that it has run."""
        jobs = self.variables.get("jobs")
        return [str(job) for job in jobs] if isinstance(jobs, list) else [job.name for job in self.jobs]

    @property
    def steps(self) -> list[str]:
        """Return a flow's steps, in order; an empty list for other patterns."""
        steps = self._own.get(flow.FlowVariable.STEPS)
        return [str(name) for name in steps] if isinstance(steps, list) else []

    @property
    def saved(self) -> dict[str, Any]:
        """Return what a flow's steps have saved so far, by variable."""
        return {name: value for name, value in self._own.items() if name not in _OF_THE_FLOW and value is not None}

    @property
    def to_come(self) -> list[str]:
        """Return what it has yet to run: jobs by name, or a flow's steps."""
        if self.steps:  # a resumed flow skips the first ones
            at = self._own.get(flow.FlowVariable.RESUME_AT)
            first = self.steps.index(at) if at in self.steps else 0
            return [name for name in self.steps[first:] if name not in self.entered]
        return self.planned[len(self.jobs) :]

    @property
    def threads(self) -> list[dict[str, Any]]:
        """Return the threads that a master has read from its input; an empty list before it has validated the input.

        Before that, the variable holds the raw input.
        """
        threads = self.variables.get("threads")
        rows = threads if isinstance(threads, list) else []
        return rows if all(isinstance(row, dict) and STARTED_BY in row for row in rows) else []

    @property
    def child_names(self) -> list[str]:
        """Return a master's children, in order."""
        names = self.variables.get("children")
        return [str(name) for name in names] if isinstance(names, list) else []

    @property
    def task_names(self) -> list[str]:
        """Return the tasks of a `dag` master; an empty list for other patterns."""
        names = self.variables.get("tasks")
        return [str(name) for name in names] if isinstance(names, list) else []

    @property
    def remaining(self) -> list[str]:
        """Return the jobs that have not succeeded, in order. The state machine visits each job once, in this order."""
        done = {index for index, job in enumerate(self.jobs) if job.status == "SUCCEEDED"}
        return [name for index, name in enumerate(self.planned) if index not in done]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the cause of sfnorch's state machines, a JSON object; an empty mapping for other causes."""
        facts = parsed(self.cause)
        return facts if isinstance(facts, dict) else {}

    @property
    def message(self) -> str:
        """Return why it failed."""
        jobs = self.facts.get("jobs")
        if isinstance(jobs, list):
            failed = [str(job.get("job")) for job in jobs if isinstance(job, dict) and job.get("status") == "FAILED"]
            return f"{len(failed)} of {len(jobs)} jobs failed: {', '.join(failed)}"
        return str(self.facts.get("message") or self.cause)

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
        told = "" if self.jobs and self.error in TOLD_BY_JOBS else self.message
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
        """Read the variables that a state has assigned; yield the workflow run that a loop continues with."""
        details = details_of(event)
        assigned = details.get("assignedVariables", {})
        if flow.MARK.is_of(details.get("name", ""), assigned):
            self._own = dict.fromkeys(assigned)
        known, names = (self._own, tuple(self._own)) if self._own else (self.variables, _TOLD)
        known.update({name: parsed(assigned[name]) for name in names if name in assigned})
        if details.get("name") == continuous.LoopState.RESOLVE_RUN and isinstance(
            run_id := self.variables.get("runId"), str
        ):
            yield self._goes_on(event, run_id, str(self.variables.get("workflow")))

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
        holder = self._holders[event["id"]]  # a step of several states is retried as a whole
        whole = self.steps and self._names.get(visit, "").startswith(f"{self._names.get(holder, '')}{flow.WITHIN_STEP}")
        job = self._jobs.get(visit) or (self._jobs.get(holder) if whole else None)
        if job is None:
            own = str(parameters.get(NAMED_BY.get(kind, ""), "?"))
            name = self._names.get(visit, own).partition(flow.WITHIN_STEP)[0] if self.steps else self._name(own)
            if kind == "statement":  # whose state is inside the step's state
                name = own
            job = Job(name=name, glue_name=own, started=event["timestamp"], kind=kind)
            self.jobs.append(job)
        else:
            job.try_again()
        self._jobs[visit] = job
        if whole:
            self._jobs[holder] = job

    def _kind(self, details: Mapping[str, Any], event: HistoryEventTypeDef) -> str:
        """Return the kind of the task: a job run, a workflow run, a statement; an empty text for others."""
        call = (str(details.get("resourceType")), str(details.get("resource")))
        if call in KINDS:
            return KINDS[call]
        of_step = self.steps and self._names.get(self._visits[event["id"]], "") not in ALARMS_AND_MESSAGES
        return "call" if of_step and call not in LOOKS and call[0] != "states" else ""

    def _name(self, job_name: str) -> str:
        """Return the job's name in the list of jobs, if the list is known."""
        planned, index = self.variables.get("jobs"), len(self.jobs)
        listed = planned[index] if isinstance(planned, list) and index < len(planned) else job_name
        return listed if isinstance(listed, str) and listed.startswith(job_name) else job_name

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
