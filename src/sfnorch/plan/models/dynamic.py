"""The plan of the pattern `dynamic`: each execution runs the jobs from its input."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sfnorch.plan.models.job import Job
from sfnorch.plan.models.plan import JobListPlan
from sfnorch.plan.names import MAX_JOBS


class DynamicPlan(JobListPlan):
    """One state machine; each execution runs the Glue jobs from its input."""

    pattern: Literal["dynamic"] = Field(description="Pattern of the orchestration.", examples=["dynamic"])
    continue_on_failure: bool = Field(
        default=False,
        description="false: the first failed job ends the execution. true: all jobs run, the outcome lists the result "
        "of each job, and the execution ends FAILED if a job failed.",
        examples=[True],
    )
    jobs: Annotated[list[Job], Field(max_length=MAX_JOBS)] = Field(
        default=[],
        description="Settings for jobs that executions can name. A job that is not in this list runs with the settings "
        "of the Glue job.",
        examples=[[{"name": "clean-orders", "timeout_minutes": 60}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
        return tuple(dict.fromkeys(job.name for job in self.jobs))
