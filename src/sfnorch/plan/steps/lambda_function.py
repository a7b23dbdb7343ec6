"""A step or a task that invokes a Lambda function."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sfnorch.plan import names
from sfnorch.plan.steps.kind import StepKey, StepKind


class LambdaStep(StepKey):
    """The key of a step that invokes a Lambda function."""

    step_kind = StepKind(key="lambda", attribute="function", settings=("input", "timeout", "save_as", "retry"))
    function: Annotated[str, Field(pattern=names.FUNCTION)] | None = Field(
        default=None,
        alias="lambda",
        description="Lambda function that the step invokes: a name from `functions`, or the name or ARN of another "
        "function.",
        examples=["clean-orders"],
    )


class LambdaTask(StepKey):
    """The key of a task that invokes a Lambda function."""

    step_kind = StepKind(key="lambda", attribute="function", settings=("input",))
    function: Annotated[str, Field(pattern=names.FUNCTION)] | None = Field(
        default=None,
        alias="lambda",
        description="Lambda function that the task invokes: a name or an ARN, with or without a version or an alias.",
        examples=["check-facts"],
    )
