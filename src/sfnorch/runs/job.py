"""The state of what an execution runs: a Glue job, or another run that a task starts and waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that was followed by a retry."""

    number: int
    run_id: str
    """The ID of its run; empty if the start was rejected, and for calls without a run."""
    status: str
    message: str
    log_group: str
    started: datetime | None
    ended: datetime | None
    waiting: float | None
    """The seconds before the run consumed resources; None if unknown."""


@dataclass(slots=True, kw_only=True)
class ExecutedJob:
    """A Glue job that an execution runs: one visit of its state, with all retries.

    `status` is STARTING, RUNNING, or the status in which the last attempt ended; `attempts` counts the attempts.
    """

    name: str
    glue_name: str
    """Its name in Glue. `name` is its name in the job list, where a second entry with other settings is `name (2)`."""
    started: datetime | None
    kind: str = "job"
    """`job`, or `workflow`, `statement`, `call` for the other runs of flows and loops."""
    status: str = "STARTING"
    run_id: str = ""
    log_group: str = ""
    """The run's log group, as Glue reports it; empty if unknown."""
    message: str = ""
    attempts: int = 1
    retried: list[Attempt] = field(default_factory=list)
    """The attempts before the last one."""
    attempt_started: datetime | None = None
    """When the last attempt started, if it is not the first one."""
    ended: datetime | None = None
    waiting: float | None = None
    """The seconds before the run of the last attempt consumed resources, as Glue reports its times; None if unknown."""
    iteration: int | None = None
    """The index of the iteration of an inline Map in which it runs; None outside of one."""
    cut_off: bool = False
    """Whether it had not ended when its execution ended."""

    @property
    def unsettled(self) -> bool:
        """Return whether only Glue knows how the run ended: the history does not show its end, or it was stopped."""
        return bool(self.run_id) and (self.cut_off or self.status in ("STARTING", "RUNNING", "STOPPED"))

    def start_retry(self, at: datetime) -> None:
        """Keep the attempt, which failed, and start the next one."""
        before = Attempt(
            number=self.attempts,
            run_id=self.run_id,
            status=self.status,
            message=self.message,
            log_group=self.log_group,
            started=self.attempt_started or self.started,
            ended=self.ended,
            waiting=self.waiting,
        )
        self.retried.append(before)
        self.attempts += 1
        self.attempt_started, self.ended, self.waiting = at, None, None
        self.status, self.run_id, self.log_group, self.message = "STARTING", "", "", ""

    @property
    def earlier(self) -> list[Attempt]:
        """Return the attempts before the last one that had a run."""
        return [attempt for attempt in self.retried if attempt.run_id]

    @property
    def failed(self) -> bool:
        """Return whether its last attempt has ended without success."""
        return self.status not in ("STARTING", "RUNNING", "SUCCEEDED", "HANDED_OVER")

    @property
    def of_glue(self) -> bool:
        """Return whether it is a Glue job."""
        return self.kind == "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """A change to report: of a job, or of the execution itself if `job` is empty."""

    at: datetime
    status: str
    job: str = ""
    run_id: str = ""
    message: str = ""
