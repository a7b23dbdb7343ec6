"""A step or a task that starts a state machine of another stack and waits for it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sfnorch.plan import names
from sfnorch.plan.steps.kind import StepKey, StepKind


class StateMachineStep(StepKey):
    """The key of a step that starts a state machine."""

    step_kind = StepKind(key="state_machine", settings=("input", "timeout", "save_as", "retry"))
    state_machine: Annotated[str, Field(pattern=names.STATE_MACHINE)] | None = Field(
        default=None,
        description="Standard state machine that the step starts and waits for: a name or an ARN.",
        examples=["publish"],
    )


class StateMachineTask(StepKey):
    """The key of a task that starts a state machine."""

    step_kind = StepKind(key="state_machine", settings=("input",))
    state_machine: Annotated[str, Field(pattern=names.STATE_MACHINE)] | None = Field(
        default=None,
        description="Standard state machine that the task starts and waits for: a name or an ARN.",
        examples=["publish"],
    )
