"""The plan of the pattern `dag`: tasks that wait for just what they need."""

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
    """Return the value, none of whose texts and keys Step Functions or CloudFormation would run."""
    if value is None:
        raise PydanticCustomError("null", "null can't stand in a template: leave the key out")
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
            raise PydanticCustomError("code", "{text} is not taken: {fault}", {"text": repr(text), "fault": fault})
    return value


TaskName = Annotated[str, Field(pattern=names.TASK_NAME)]


class DagTask(Job):
    """A task: one of a Glue job, a Lambda function and a state machine; the settings are a Glue job's."""

    name: TaskName = Field(description="The task's name; its executions' names begin with it.", examples=["facts"])
    needs: Annotated[list[TaskName], Field(max_length=MAX_TASKS)] = Field(
        default=[], description="The tasks that must have succeeded before it starts.", examples=[["orders", "prices"]]
    )
    glue_job: JobName | None = Field(default=None, description="The Glue job that it runs.", examples=["load-facts"])
    function: Annotated[str, Field(pattern=names.FUNCTION)] | None = Field(
        default=None,
        alias="lambda",
        description="The Lambda function that it invokes: a name, with or without a version or alias, or an ARN.",
        examples=["check-facts"],
    )
    state_machine: Annotated[str, Field(pattern=names.STATE_MACHINE)] | None = Field(
        default=None,
        description="The standard state machine that it starts and waits for: a name, or an ARN.",
        examples=["publish"],
    )
    input: Annotated[dict[str, Any], AfterValidator(_no_code_within)] | None = Field(
        default=None,
        description="What the function or the state machine is given; {} unless set.",
        examples=[{"mode": "full"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_enough(cls, value: object) -> object:
        return value  # for a job it is; a task must say what it runs

    @property
    def kind(self) -> Literal["glue_job", "lambda", "state_machine"]:
        """What it is a task of."""
        return "glue_job" if self.glue_job else "lambda" if self.function else "state_machine"


class DagPlan(OrchestrationPlan):
    """Tasks that wait for just what they need: each starts the moment its last need is done."""

    pattern: Literal["dag"] = Field(description="The kind of orchestration.", examples=["dag"])
    on_task_failure: Literal["succeed", "fail"] = Field(
        default="succeed",
        description="How the master ends when a task failed: what does not need it runs on either way.",
        examples=["fail"],
    )
    tasks: Annotated[list[DagTask], Field(min_length=1, max_length=MAX_TASKS)] = Field(
        description=f"1 to {MAX_TASKS} tasks, in any order.",
        examples=[[{"name": "facts", "glue_job": "load-facts", "needs": ["orders"]}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The Glue jobs that it names, each once."""
        return tuple(dict.fromkeys(task.glue_job for task in self.tasks if task.glue_job))
