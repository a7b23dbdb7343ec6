"""The plan of the pattern `dag`: tasks with dependencies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.expressions import is_expression
from sfnorch.plan import names
from sfnorch.plan.fields import reject_code
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.job import Job
from sfnorch.plan.models.plan import OrchestrationPlan
from sfnorch.plan.names import MAX_TASKS
from sfnorch.plan.scalars import Decimal
from sfnorch.plan.steps.athena_sql import AthenaSqlTask
from sfnorch.plan.steps.crawler import CrawlerTask
from sfnorch.plan.steps.glue_job import GlueJobTask
from sfnorch.plan.steps.kind import StepKind, list_kinds
from sfnorch.plan.steps.lambda_function import LambdaTask
from sfnorch.plan.steps.state_machine import StateMachineTask


def _check_input(value: Any) -> Any:
    """Return the value, with its decimals as floats.

    Raises PydanticCustomError for null, and for a string or a key that Step Functions or CloudFormation would evaluate.
    """
    match value:
        case None:
            raise PydanticCustomError("null", "null is not supported in a template; leave the key out")
        case Decimal():
            return float(value)
        case str():
            return value if is_expression(value) else reject_code(value)
        case dict():
            return {reject_code(key): _check_input(item) for key, item in value.items()}
        case list():
            return [_check_input(item) for item in value]
    return value


TaskName = Annotated[str, Field(pattern=names.TASK_NAME)]


class TaskNeeds(Model):
    """What a task waits for."""

    needs: Annotated[list[TaskName], Field(max_length=MAX_TASKS)] = Field(
        default=[],
        description="Tasks that must have succeeded before this task starts.",
        examples=[["orders", "prices"]],
    )


class DagTask(  # pydantic orders the fields from the last base to the first
    CrawlerTask, AthenaSqlTask, StateMachineTask, LambdaTask, GlueJobTask, TaskNeeds, Job
):
    """A task: a name, exactly one key that names what it runs, and settings. Job settings apply to Glue jobs only."""

    name: TaskName = Field(
        description="Name of the task. The names of its executions begin with it.", examples=["facts"]
    )
    input: Annotated[dict[str, Any], AfterValidator(_check_input)] | None = Field(
        default=None,
        description="Input of the function or the state machine; its strings can be expressions. Default: {}.",
        examples=[{"mode": "full", "day": "{% $params.run_date %}"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_name_alone(cls, value: object) -> object:
        return value  # a job can be a name alone; a task must name what it runs

    @property
    def kinds(self) -> tuple[StepKind, ...]:
        """The kinds whose keys the task has: exactly one in a valid plan."""
        return tuple(kind for kind in TASK_KINDS if kind.find_value(self) is not None)

    @property
    def kind(self) -> str:
        """The key that names what the task runs."""
        return self.kinds[0].key


TASK_KINDS = list_kinds(DagTask)
"""The kinds of tasks, in the order of the keys."""


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
