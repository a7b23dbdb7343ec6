"""The documents of commands about executions on AWS: run, watch, resume, stop, logs."""

from __future__ import annotations

from typing import Literal, TypedDict

from sfnorch.documents.items import ItemCountsData
from sfnorch.documents.types import Timestamp
from sfnorch.json_values import Json


class JobData(TypedDict):
    """A Glue job, or another step, that an execution ran."""

    job: str
    """Name of the job or of the step."""
    status: str
    """Status of the last attempt, such as `RUNNING`, `SUCCEEDED` or `FAILED`."""
    runId: str | None
    """ID of the last job run."""
    message: str | None
    """Error message; null if it did not fail."""
    attempts: int
    """Number of attempts."""
    started: Timestamp | None
    """Start time."""
    ended: Timestamp | None
    """End time; null while it runs."""


class RunOfExecution(TypedDict):
    """The run that an execution belongs to: all executions that it starts have the same."""

    id: str
    """ID of the run, `$run.id`."""
    date: str
    """Date of the run, `$run.date`."""
    scheduledAt: str
    """Scheduled time of the run, `$run.scheduledAt`."""
    startedAt: str
    """Start time of the run, `$run.startedAt`."""
    attempt: int
    """Number of the attempt: 1, and one more each time that the run is resumed."""


class ExecutionData(TypedDict):
    """An execution with its jobs and with the executions that it started."""

    machine: str
    """Name of the state machine."""
    arn: str
    """ARN of the execution."""
    status: str
    """Status of the execution, such as `RUNNING`, `SUCCEEDED` or `FAILED`."""
    started: Timestamp | None
    """Start time."""
    ended: Timestamp | None
    """End time; null while it runs."""
    error: str | None
    """Error name; null if it did not fail."""
    message: str | None
    """Error message; null if it did not fail."""
    run: RunOfExecution | None
    """Run that it belongs to; null if its plan has no run context, or before it is known."""
    params: dict[str, Json] | None
    """Parameters of the run; null if its plan has none, if they are invalid, or before they are known."""
    input: Json
    """Input of the execution."""
    output: Json
    """Output of the execution; null while it runs, or if it failed."""
    jobs: list[JobData]
    """Jobs and other steps that it ran."""
    children: list[ExecutionData]
    """Executions that it started; of the items of a fan-out, the first that failed."""
    joined: list[str]
    """ARNs of executions that it waits for but that another execution started (pattern `dag`)."""
    items: ItemCountsData | None
    """Numbers of items of a fan-out; null for other patterns, and before they are known."""
    item: str | None
    """Name of the item of a fan-out; null for other executions."""


class RunFailure(TypedDict):
    """A failure that caused others."""

    machine: str
    """Name of the state machine that failed."""
    execution: str
    """ARN of the execution."""
    job: str | None
    """Job that failed; null if the execution failed without a job."""
    runId: str | None
    """ID of the job run."""
    logGroup: str | None
    """Log group of the job run, if the history of the execution contains it."""
    message: str
    """Error message."""
    link: str
    """Console page of the execution."""
    logs: str | None
    """Console page of the job run's error log."""
    item: str | None
    """Name of the item of a fan-out that failed; null for other executions."""


class ResumptionData(TypedDict):
    """How a fan-out was resumed."""

    method: Literal["execution", "redrive"]
    """`execution` for a new execution, `redrive` if Step Functions redrives the execution."""
    reason: str
    """Why it was resumed in this way."""


class RunDocument(TypedDict):
    """A run: the executions that were started, and what failed in them."""

    executions: list[ExecutionData]
    """Executions that were started or named, with their children."""
    failures: list[RunFailure]
    """What failed; empty if nothing failed."""
    resume: list[str]
    """Commands that resume the run; empty if there is nothing to resume or the run was not followed until it ended."""
    resumption: ResumptionData | None
    """How the items of a fan-out were resumed; null for other commands and patterns."""


class StartedExecution(TypedDict):
    """An execution that was started."""

    arn: str
    """ARN of the execution."""


class StartedDocument(TypedDict):
    """The executions that were started and are not followed."""

    executions: list[StartedExecution]
    """Executions that were started."""
    resumption: ResumptionData | None
    """How the items of a fan-out were resumed; null for other commands and patterns."""


class StoppedJobRun(TypedDict):
    """A Glue job run that was stopped."""

    job: str
    """Name of the job."""
    runId: str
    """ID of the job run."""


class StoppedWorkflowRun(TypedDict):
    """A run of a Glue workflow that was stopped."""

    workflow: str
    """Name of the workflow."""
    runId: str
    """ID of the run."""


class CancelledStatement(TypedDict):
    """A Redshift statement that was canceled."""

    statement: str
    """Name of the step."""
    id: str
    """ID of the statement."""


class StoppedQuery(TypedDict):
    """A query in Athena that was stopped."""

    query: str
    """Name of the step."""
    id: str
    """ID of the query."""


class StopDocument(TypedDict):
    """What was stopped."""

    executions: list[str]
    """ARNs of the executions that were stopped."""
    jobRuns: list[StoppedJobRun]
    """Glue job runs that were stopped."""
    workflowRuns: list[StoppedWorkflowRun]
    """Runs of Glue workflows that were stopped."""
    statements: list[CancelledStatement]
    """Redshift statements that were canceled."""
    queries: list[StoppedQuery]
    """Queries in Athena that were stopped."""
    failed: list[str]
    """What could not be stopped, with the reason."""


class LogEventData(TypedDict):
    """A log event."""

    timestamp: Timestamp | None
    """Time of the event."""
    logStream: str
    """Log stream that it is in."""
    message: str
    """Text of the event."""


class JobRunLog(TypedDict):
    """The error log of a Glue job run."""

    machine: str
    """Name of the state machine."""
    execution: str
    """ARN of the execution."""
    job: str
    """Name of the job."""
    runId: str | None
    """ID of the job run; null if Glue did not start it."""
    status: str
    """Status of the job run."""
    message: str | None
    """Error message."""
    logGroup: str | None
    """Log group of the error log; null if Glue did not start the job."""
    logStreams: list[str]
    """Log streams that `events` were read from."""
    otherLogStreams: list[str]
    """Log streams of executors that were not read; `--executors` reads them."""
    cut: bool
    """Whether there are more events than `--tail` allows."""
    error: str | None
    """Why there is no log."""
    events: list[LogEventData]
    """Log events in the order of time; empty if there is no log."""
    item: str | None
    """Name of the item of a fan-out; null for other executions."""


class LogsDocument(TypedDict):
    """The error logs of the jobs that failed in an execution."""

    execution: str
    """ARN of the execution."""
    jobRuns: list[JobRunLog]
    """Job runs that failed, or with `--all-jobs` every job run."""
