"""A step or a task that runs a Glue job."""

from __future__ import annotations

from pydantic import Field

from sfnorch.plan.fields import (
    ArgumentKey,
    ExecutionClass,
    JobName,
    JobRunQueuing,
    NumberOfWorkers,
    SecurityConfiguration,
    WorkerType,
)
from sfnorch.plan.models.base import Model
from sfnorch.plan.steps.kind import JOB_SETTINGS, StepKey, StepKind
from sfnorch.plan.values import ScalarText


class GlueJobStep(StepKey):
    """The key of a step that runs a Glue job."""

    step_kind = StepKind(key="glue_job", settings=(*JOB_SETTINGS, "timeout", "save_as", "retry"))
    glue_job: JobName | None = Field(
        default=None,
        description="Name of the Glue job that the step runs. The step waits until the job run has ended.",
        examples=["load-orders"],
    )


class GlueJobSettings(Model):
    """The settings of a step's job run."""

    arguments: dict[ArgumentKey, ScalarText] = Field(
        default={}, description="Arguments of the job run.", examples=[{"--job_id": "{% $job.job_id %}"}]
    )
    worker_type: WorkerType = None
    number_of_workers: NumberOfWorkers = None
    execution_class: ExecutionClass = None
    security_configuration: SecurityConfiguration = None
    job_run_queuing: JobRunQueuing = None


class GlueJobTask(StepKey):
    """The key of a task that runs a Glue job."""

    step_kind = StepKind(key="glue_job", settings=(*JOB_SETTINGS, "timeout_minutes"))
    glue_job: JobName | None = Field(
        default=None, description="Name of the Glue job that the task runs.", examples=["load-facts"]
    )
