"""The document of a simulated run: `sfnorch simulate`."""

from __future__ import annotations

from typing import Any, TypedDict

from sfnorch.documents.executions import RunOfExecution
from sfnorch.documents.types import Seconds
from sfnorch.json_values import Json

EVENT_DETAILS = {
    "ExecutionStarted": ("parent",),
    "ExecutionRedriven": ("redrives",),
    "ExecutionEnded": ("status", "error"),
    "StateEntered": ("type",),
    "StateExited": ("type", "next"),
    "StateFailed": ("error", "cause"),
    "StateRetried": ("error", "attempt", "delay"),
    "ErrorCaught": ("error", "cause", "next"),
    "JobRunStarted": ("job", "runId"),
    "JobRunEnded": ("job", "runId", "status", "message"),
    "JobStartRefused": ("job", "error"),
    "MessageSent": ("topic", "subject"),
    "ObjectWritten": ("bucket", "key"),
    "AlarmChanged": ("alarm", "before", "after", "reason"),
}
"""The fields of `detail` by the kind of the event. Some have one of `OPTIONAL_DETAILS` too."""

OPTIONAL_DETAILS = {
    "StateExited": ("branches", "of a Parallel state"),
    "AlarmChanged": ("mutedBy", "of an alarm that a rule mutes"),
}
"""The fields of `detail` that only some events of their kind have, and which these are."""


class SimulatedExecution(TypedDict):
    """A simulated execution."""

    arn: str
    """ARN of the execution."""
    name: str
    """Name of the execution."""
    machine: str
    """ARN of the state machine."""
    title: str
    """Name of the state machine without the stack's name."""
    parent: str
    """ARN of the execution that started it; empty for the first."""
    run: RunOfExecution | None
    """Run that it belongs to; null if its plan has no run context."""
    params: dict[str, Json] | None
    """Parameters of the run; null if its plan has none, or if they are invalid."""
    input: Json
    """Input of the execution."""
    started: Seconds
    """Start time."""
    ended: Seconds | None
    """End time; null if the simulation stopped before."""
    status: str
    """`SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`, or `RUNNING` if the simulation stopped before its end."""
    output: Json
    """Output of the execution."""
    error: str
    """Error name; empty if it did not fail."""
    cause: str
    """Cause of the error; empty if it did not fail."""
    states: list[str]
    """States that were entered, in order."""
    history: int
    """Number of events in its history, as AWS counts them."""
    retries: int
    """Number of retries."""


class SimulatedEvent(TypedDict):
    """An event of the run."""

    at: Seconds
    """Time."""
    what: str
    """Kind of the event; the table below lists the kinds."""
    execution: str
    """ARN of the execution."""
    machine: str
    """Name of the state machine without the stack's name."""
    state: str
    """State; empty if the event is about the execution."""
    detail: dict[str, Any]
    """Fields of this kind of event; the table below lists them."""


class SimulatedJobRun(TypedDict):
    """A run of a Glue job, or of other work that takes time."""

    job: str
    """Name of the job, workflow, function, state machine or statement."""
    kind: str
    """`job`, `workflow`, `function`, `machine` or `statement`."""
    runId: str
    """ID of the run."""
    execution: str
    """ARN of the execution."""
    machine: str
    """Name of the state machine without the stack's name."""
    started: Seconds
    """Start time."""
    seconds: Seconds
    """Duration that was planned for it."""
    ended: Seconds | None
    """End time; null if the simulation stopped before."""
    status: str
    """Status of the run."""
    message: str
    """Error message; empty if it did not fail."""
    arguments: dict[str, Json]
    """Arguments that the task passed."""


class SimulatedMessage(TypedDict):
    """A message that was published to an SNS topic."""

    at: Seconds
    """Time."""
    topic: str
    """ARN of the topic."""
    subject: str
    """Subject."""
    message: str
    """Body of the message."""
    attributes: dict[str, Json]
    """Message attributes."""
    sender: str
    """State machine or alarm that published it."""


class SimulatedAlarmChange(TypedDict):
    """A change of an alarm's state."""

    at: Seconds
    """Time."""
    alarm: str
    """Name of the alarm."""
    before: str
    """State before: `OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    after: str
    """State after."""
    reason: str
    """Reason of the change."""
    notified: list[str]
    """ARNs of the topics that the alarm notifies."""


class SimulatedObject(TypedDict):
    """An object that was written to S3."""

    at: Seconds
    """Time."""
    bucket: str
    """Name of the bucket."""
    key: str
    """Key of the object."""
    body: str
    """Content, as text."""
    sender: str
    """State machine that wrote it."""


class SimulationFigures(TypedDict):
    """The figures of the run."""

    seconds: Seconds
    """Duration of the run."""
    criticalPath: list[str]
    """Job runs and executions that the duration is made of, in order."""
    transitions: int
    """Billed state transitions."""
    price: float
    """Price of the state transitions in US dollars."""
    history: int
    """Number of events in the longest history of an execution."""
    peakJobRuns: int
    """Highest number of job runs at the same time."""
    jobSeconds: Seconds
    """Sum of the durations of all job runs."""


class SimulationDocument(TypedDict):
    """A simulated run. All times are in seconds after its start."""

    executions: list[SimulatedExecution]
    """Executions in the order of their start; the first is the one that was simulated."""
    events: list[SimulatedEvent]
    """Events in the order of time, without those of Map runs with more than 1,000 child executions."""
    jobRuns: list[SimulatedJobRun]
    """Runs of Glue jobs, and of other work that takes time, without those for which such Map runs wait."""
    messages: list[SimulatedMessage]
    """Messages that were published to SNS topics."""
    alarms: list[SimulatedAlarmChange]
    """Changes of the alarms' states."""
    objects: list[SimulatedObject]
    """Objects that were written to S3."""
    notes: list[str]
    """What could not be checked, and why."""
    cutOff: Seconds | None
    """Time at which the simulation stopped though something was running (`--until`); null if all ended."""
    figures: SimulationFigures
    """Figures of the run."""
