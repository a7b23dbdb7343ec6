"""What an execution runs, and how it stands: a Glue job, or what else a task begins and waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    message: str = ""
    attempts: int = 1
    ended: datetime | None = None
    cut_off: bool = False
    """Whether it had not ended when its execution did."""

    @property
    def unsettled(self) -> bool:
        """Whether it has a run of which Glue alone knows what became: its end was not seen, or it was stopped."""
        return bool(self.run_id) and (self.cut_off or self.status in ("STARTING", "RUNNING", "STOPPED"))

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
