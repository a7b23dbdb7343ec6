"""What an execution runs, and how it stands: a Glue job, or what else a task begins and waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A job run that was followed by another try."""

    run_id: str
    status: str
    message: str
    log_group: str


@dataclass(slots=True, kw_only=True)
class Job:
    """A Glue job that an execution runs: one visit of its state, however often it was tried.

    `status` is STARTING, RUNNING, or what became of the last try; `attempts` counts the tries.
    """

    name: str
    glue_name: str
    """Glue's name of it; `name` is that of the list, where a second run with other settings is `name (2)`."""
    started: datetime
    kind: str = "job"
    """`job`; or `workflow`, `statement`, `call`: what a flow's steps and a loop run besides."""
    status: str = "STARTING"
    run_id: str = ""
    log_group: str = ""
    """Where Glue says that the run logs; empty where that is not known."""
    message: str = ""
    attempts: int = 1
    earlier: list[Attempt] = field(default_factory=list)
    """The runs of the tries before the last."""
    ended: datetime | None = None
    cut_off: bool = False
    """Whether it had not ended when its execution did."""

    @property
    def unsettled(self) -> bool:
        """Whether it has a run of which Glue alone knows what became: its end was not seen, or it was stopped."""
        return bool(self.run_id) and (self.cut_off or self.status in ("STARTING", "RUNNING", "STOPPED"))

    def try_again(self) -> None:
        """Keep the run so far, and begins the next try."""
        if self.run_id:
            before = Attempt(run_id=self.run_id, status=self.status, message=self.message, log_group=self.log_group)
            self.earlier.append(before)
        self.attempts += 1
        self.status, self.run_id, self.log_group, self.message, self.ended = "STARTING", "", "", "", None

    @property
    def failed(self) -> bool:
        """Whether its last try has ended without success."""
        return self.status not in ("STARTING", "RUNNING", "SUCCEEDED", "HANDED_OVER")

    @property
    def of_glue(self) -> bool:
        """Whether it is a Glue job."""
        return self.kind == "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that a person would want to see: of a job, or of the execution itself where `job` is empty."""

    at: datetime
    status: str
    job: str = ""
    run_id: str = ""
    message: str = ""
