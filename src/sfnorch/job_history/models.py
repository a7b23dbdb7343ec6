"""The models of a file of durations: for each job the durations of its runs, and what they cost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.plan.models.base import Model

MOST_SECONDS = 200
"""The maximum number of durations of a job in a file: of more runs, the file has as many quantiles."""

_MOST_DPUS = 100_000
"""Far more DPUs than a job run has: a larger number is a mistake in the file."""

Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Seconds = Annotated[float, Field(ge=0, le=31_536_000, allow_inf_nan=False)]
Durations = Annotated[list[Seconds], Field(max_length=MOST_SECONDS)]


class JobHistory(Model):
    """The recorded runs of a job that have ended, without those that a person or a program stopped."""

    runs: Count = Field(description="Number of runs that succeeded or failed.")
    succeeded: Count = Field(description="Number of runs that succeeded.")
    seconds: Durations = Field(
        default_factory=list, description="Durations of successful runs in seconds, sorted; at most 200, as quantiles."
    )
    failed_seconds: Durations = Field(default_factory=list, description="Durations of failed runs, likewise.")
    worker_type: str = Field(default="", description="Worker type of the newest run; empty for Python shell jobs.")
    workers: Count | None = Field(default=None, description="Number of workers of the newest run.")
    glue_version: str = Field(default="", description="Glue version of the newest run.")
    execution_class: str = Field(default="", description="Execution class of the newest run: STANDARD or FLEX.")
    dpu_seconds: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="DPU-seconds of all these runs; null if Glue did not say what they used.",
    )
    total_seconds: float = Field(
        default=0, ge=0, allow_inf_nan=False, description="Sum of the durations of all these runs in seconds."
    )

    @property
    def failure_rate(self) -> float:
        """Return the share of runs that failed, from 0 to 1."""
        return (self.runs - self.succeeded) / self.runs if self.runs else 0.0

    @property
    def mean_dpus(self) -> float | None:
        """Return the DPUs that a run used on average; None if they are unknown."""
        if self.dpu_seconds is None or not self.total_seconds:
            return None
        return self.dpu_seconds / self.total_seconds

    @model_validator(mode="after")
    def _check_counts(self) -> JobHistory:
        if self.succeeded > self.runs:
            raise PydanticCustomError("counts", "succeeded must not be more than runs")
        if self.succeeded and not self.seconds:
            raise PydanticCustomError("counts", "seconds must have the durations of the successful runs")
        if self.succeeded < self.runs and not self.failed_seconds and not self.seconds:
            raise PydanticCustomError("counts", "failed_seconds must have the durations of the failed runs")
        if (self.mean_dpus or 0) > _MOST_DPUS:
            message = "dpu_seconds divided by total_seconds must be at most {most} DPUs"
            raise PydanticCustomError("counts", message, {"most": f"{_MOST_DPUS:,}"})
        for key, count in (("seconds", self.succeeded), ("failed_seconds", self.runs - self.succeeded)):
            if (found := len(getattr(self, key))) > count:
                raise PydanticCustomError(
                    "counts",
                    "{key} must have at most {count} durations, one for each such run, got {found}",
                    {"key": key, "found": found, "count": count},
                )
        return self


class DurationsDocument(Model):
    """A file of durations."""

    version: Literal[1] = Field(description="Version of the format.")
    stack: str = Field(default="", description="Name of the stack.")
    read_at: str = Field(default="", description="Time at which the runs were read.")
    jobs: dict[str, JobHistory] = Field(description="Runs of each Glue job, by its name.")
