"""The plan of the pattern `dag`: tasks with dependencies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.plan import names
from sfnorch.plan.fields import JobName
from sfnorch.plan.models import Job, OrchestrationPlan
from sfnorch.plan.names import MAX_TASKS, code_fault
from sfnorch.plan.read import Decimal


def _no_code_within(value: Any) -> Any:
    """Return the value, with its decimals as floats.

    Raises PydanticCustomError for null, and for a string or a key that Step Functions or CloudFormation would evaluate.
    """
    if value is None:
        raise PydanticCustomError("null", "null is not supported in a template; leave the key out")
    if isinstance(value, Decimal):
        return float(value)
    texts = [value] if isinstance(value, str) else []
    if isinstance(value, dict):
        texts += value
        value = {key: _no_code_within(item) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_no_code_within(item) for item in value]
    for text in texts:
        if fault := code_fault(text):
            raise PydanticCustomError("code", "{text} is invalid: {fault}", {"text": repr(text), "fault": fault})
    return value


TaskName = Annotated[str, Field(pattern=names.TASK_NAME)]


class DagTask(Job):
    """A task that runs a Glue job, a Lambda function or a state machine. Job settings apply to Glue jobs only."""

    name: TaskName = Field(
        description="Name of the task. The names of its executions begin with it.", examples=["facts"]
    )
    needs: Annotated[list[TaskName], Field(max_length=MAX_TASKS)] = Field(
        default=[],
        description="Tasks that must have succeeded before this task starts.",
        examples=[["orders", "prices"]],
    )
    glue_job: JobName | None = Field(
        default=None, description="Name of the Glue job that the task runs.", examples=["load-facts"]
    )
    function: Annotated[str, Field(pattern=names.FUNCTION)] | None = Field(
        default=None,
        alias="lambda",
        description="Lambda function that the task invokes: a name or an ARN, with or without a version or an alias.",
        examples=["check-facts"],
    )
    state_machine: Annotated[str, Field(pattern=names.STATE_MACHINE)] | None = Field(
        default=None,
        description="Standard state machine that the task starts and waits for: a name or an ARN.",
        examples=["publish"],
    )
    input: Annotated[dict[str, Any], AfterValidator(_no_code_within)] | None = Field(
        default=None,
        description="Input of the function or the state machine. Default: {}.",
        examples=[{"mode": "full"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_enough(cls, value: object) -> object:
        return value  # a job can be a name alone; a task must name what it runs

    @property
    def kind(self) -> Literal["glue_job", "lambda", "state_machine"]:
        """The key that names what the task runs."""
        return "glue_job" if self.glue_job else "lambda" if self.function else "state_machine"


class DagPlan(OrchestrationPlan):
    """Tasks with dependencies: each task starts as soon as the tasks that it needs have succeeded."""

    pattern: Literal["dag"] = Field(description="Pattern of the orchestration.", examples=["dag"])
    on_task_failure: Literal["succeed", "fail"] = Field(
        default="succeed",
        description="Whether the master execution succeeds or fails when a task failed. Tasks that do not need the "
        "failed task run in both cases.",
        examples=["fail"],
    )
    tasks: Annotated[list[DagTask], Field(min_length=1, max_length=MAX_TASKS)] = Field(
        description=f"1 to {MAX_TASKS} tasks, in any order.",
        examples=[[{"name": "facts", "glue_job": "load-facts", "needs": ["orders"]}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
        return tuple(dict.fromkeys(task.glue_job for task in self.tasks if task.glue_job))
