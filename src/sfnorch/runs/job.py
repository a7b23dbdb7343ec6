"""The state of what an execution runs: a Glue job, or another run that a task starts and waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A job run that was followed by a retry."""

    run_id: str
    status: str
    message: str
    log_group: str


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
    earlier: list[Attempt] = field(default_factory=list)
    """The job runs of the attempts before the last one."""
    ended: datetime | None = None
    iteration: int | None = None
    """The index of the iteration of an inline Map in which it runs; None outside of one."""
    cut_off: bool = False
    """Whether it had not ended when its execution ended."""

    @property
    def unsettled(self) -> bool:
        """Return whether only Glue knows how the run ended: the history does not show its end, or it was stopped."""
        return bool(self.run_id) and (self.cut_off or self.status in ("STARTING", "RUNNING", "STOPPED"))

    def start_retry(self) -> None:
        """Keep the run as an attempt that failed, and start the next attempt."""
        if self.run_id:
            before = Attempt(run_id=self.run_id, status=self.status, message=self.message, log_group=self.log_group)
            self.earlier.append(before)
        self.attempts += 1
        self.status, self.run_id, self.log_group, self.message, self.ended = "STARTING", "", "", "", None

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
