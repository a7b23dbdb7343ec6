"""The events of a run: what happens, with details that differ by kind. The name of a kind is that of its class.

The details are named tuples, which load ten times faster than dataclasses.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class ExecutionStarted(NamedTuple):
    """An execution starts; `parent` is the ARN of the execution that starts it, empty for the first one."""

    parent: str


class ExecutionRedriven(NamedTuple):
    """An execution that did not succeed continues from the states that failed; `redrives` says how often."""

    redrives: int


class ExecutionEnded(NamedTuple):
    """An execution ends."""

    status: str
    error: str


class StateEntered(NamedTuple):
    """A state is entered."""

    type: str


class StateExited(NamedTuple):
    """A state ends; `next` is empty if it ends its scope. A Parallel state has branches."""

    type: str
    next: str
    branches: int | None = None


class StateFailed(NamedTuple):
    """A state fails, and no catcher matches its error."""

    error: str
    cause: str


class StateRetried(NamedTuple):
    """A state fails and is retried after a delay in seconds; the first retry is attempt 1."""

    error: str
    attempt: int
    delay: float


class ErrorCaught(NamedTuple):
    """A state fails, and a catcher leads to the next state."""

    error: str
    cause: str
    next: str


class JobRunStarted(NamedTuple):
    """A run of a job starts."""

    job: str
    run_id: str


class JobRunEnded(NamedTuple):
    """A run of a job ends."""

    job: str
    run_id: str
    status: str
    message: str


class JobStartRefused(NamedTuple):
    """A service rejects the start of a job."""

    job: str
    error: str


class MessageSent(NamedTuple):
    """A task sends a message to a topic."""

    topic: str
    subject: str


class ObjectWritten(NamedTuple):
    """A task writes an object to S3."""

    bucket: str
    key: str


class AlarmChanged(NamedTuple):
    """The state of an alarm changes."""

    alarm: str
    before: str
    after: str
    reason: str
    muted_by: str | None = None
    """The name of the rule that mutes its actions; None if none does."""


EventDetail: TypeAlias = (
    ExecutionStarted
    | ExecutionRedriven
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


class Event(NamedTuple):
    """An event of the run: `at` is in seconds after the start; the execution, the state and details."""

    at: float
    execution: str
    machine: str
    detail: EventDetail
    state: str = ""

    @property
    def kind(self) -> str:
        """Return the name of the kind of event."""
        return type(self.detail).__name__
