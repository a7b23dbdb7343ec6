"""A step that waits."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from sfnorch.plan.paths import Path
from sfnorch.plan.steps.kind import StepKey, StepKind
from sfnorch.plan.values import Wait


def _list_values(given: Wait) -> Iterator[tuple[Path, object]]:
    yield (), given


class WaitStep(StepKey):
    """The key of a step that waits."""

    step_kind = StepKind(key="wait", list_values=_list_values)
    wait: Wait | None = Field(
        default=None,
        description="How long the step waits: a duration, or an expression for a number of seconds.",
        examples=["5m"],
    )
