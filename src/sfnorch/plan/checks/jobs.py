"""Checks across the settings of a Glue job run, for the plans of all patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sfnorch.plan.paths import Fault, Path


class JobRunSettings(Protocol):
    """The settings of a job run in a plan."""

    @property
    def execution_class(self) -> str | None:
        """STANDARD or FLEX."""

    @property
    def job_run_queuing(self) -> bool | None:
        """Whether Glue queues the run."""


def check_job_run(job: JobRunSettings, path: Path) -> Iterator[Fault]:
    """Yield each setting that contradicts another.

    Glue does not queue flexible runs: https://github.com/aws/aws-cdk/pull/31830 documents this constraint.
    """
    if job.job_run_queuing and job.execution_class == "FLEX":
        yield (
            (*path, "job_run_queuing"),
            "Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class",
        )
