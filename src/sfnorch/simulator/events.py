"""The events of a run: what happens, with details that differ by kind. The name of a kind is that of its class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ExecutionStarted:
    """An execution starts; `parent` is the ARN of the execution that starts it, empty for the first one."""

    parent: str


@dataclass(frozen=True, slots=True)
class ExecutionEnded:
    """An execution ends."""

    status: str
    error: str


@dataclass(frozen=True, slots=True)
class StateEntered:
    """A state is entered."""

    type: str


@dataclass(frozen=True, slots=True)
class StateExited:
    """A state ends; `next` is empty if it ends its scope. A Parallel state has branches."""

    type: str
    next: str
    branches: int | None = None


@dataclass(frozen=True, slots=True)
class StateFailed:
    """A state fails, and no catcher matches its error."""

    error: str
    cause: str


@dataclass(frozen=True, slots=True)
class StateRetried:
    """A state fails and is retried after a delay in seconds; the first retry is attempt 1."""

    error: str
    attempt: int
    delay: float


@dataclass(frozen=True, slots=True)
class ErrorCaught:
    """A state fails, and a catcher leads to the next state."""

    error: str
    cause: str
    next: str


@dataclass(frozen=True, slots=True)
class JobRunStarted:
    """A run of a job starts."""

    job: str
    run_id: str


@dataclass(frozen=True, slots=True)
class JobRunEnded:
    """A run of a job ends."""

    job: str
    run_id: str
    status: str
    message: str


@dataclass(frozen=True, slots=True)
class JobStartRefused:
    """A service rejects the start of a job."""

    job: str
    error: str


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A task sends a message to a topic."""

    topic: str
    subject: str


@dataclass(frozen=True, slots=True)
class ObjectWritten:
    """A task writes an object to S3."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class AlarmChanged:
    """The state of an alarm changes."""

    alarm: str
    before: str
    after: str
    reason: str


EventDetail: TypeAlias = (
    ExecutionStarted
    | ExecutionEnded
    | StateEntered
    | StateExited
    | StateFailed
    | StateRetried
    | ErrorCaught
    | JobRunStarted
    | JobRunEnded
    | JobStartRefused
    | MessageSent
    | ObjectWritten
    | AlarmChanged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of the run: `at` is in seconds after the start; the execution, the state and details."""

    at: float
    execution: str
    machine: str
    state: str = ""
    detail: EventDetail

    @property
    def kind(self) -> str:
        """Return the name of the kind of event."""
        return type(self.detail).__name__
