"""A Glue job run in a plan, with its settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sfnorch.plan.fields import (
    ArgumentKey,
    ArgumentText,
    ExecutionClass,
    JobName,
    JobRunQueuing,
    NumberOfWorkers,
    SecurityConfiguration,
    WorkerType,
)
from sfnorch.plan.models.base import Model


class JobSettings(Model):
    """The settings of a Glue job run."""

    arguments: dict[ArgumentKey, ArgumentText] = Field(
        default={},
        description="Arguments of the job run, which override the job's default arguments. Keys begin with two dashes. "
        "Values are text or an expression.",
        examples=[{"--mode": "full", "--day": "{% $params.run_date %}"}],
    )
    worker_type: WorkerType = None
    number_of_workers: NumberOfWorkers = None
    execution_class: ExecutionClass = None
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = Field(
        default=None,
        description="Timeout of the job run in minutes. Default: the job's setting.",
        examples=[60],
    )
    retries: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="Number of retries after a failed job run.", examples=[1]
    )
    security_configuration: SecurityConfiguration = None
    job_run_queuing: JobRunQueuing = None


class JobReference(Model):
    """The key of a job that names it."""

    name: JobName = Field(description="Name of the Glue job.", examples=["extract-orders"])


class Job(JobSettings, JobReference):  # pydantic orders the fields from the last base to the first
    """A Glue job run: the name of the job, or a mapping with its settings."""

    @model_validator(mode="before")
    @classmethod
    def _accept_name_alone(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value
