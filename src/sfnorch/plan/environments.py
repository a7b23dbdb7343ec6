"""The environments of a plan's file: which ones there are, and the deployment settings of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.plan.errors import PlanError

if TYPE_CHECKING:
    from sfnorch.plan.composition.environment import Environment


class PlanChoice(NamedTuple):
    """A plan's file, and one of its environments."""

    path: Path
    environment: str

    def __str__(self) -> str:
        return f"{self.path} ({self.environment})"


def load_environment(choice: PlanChoice) -> Environment:
    """Return the environment of a plan, without a check of the rest of the plan.

    Raises SfnorchError if a file cannot be read or if the environment is unknown, and PlanError if the environments are
    invalid.
    """
    from sfnorch.plan.composition.compose import find_environment, read_plan_outline  # validation is slow to load

    outline = read_plan_outline(choice.path)
    if outline.findings:
        raise PlanError(outline.findings)
    return find_environment(outline.environments, choice.environment, str(choice.path))


def list_environments(path: Path) -> tuple[str, ...]:
    """Return the names of the environments of the plan in the file, in their order. The rest is not checked.

    Raises SfnorchError if a file cannot be read, and PlanError if the environments are invalid.
    """
    from sfnorch.plan.composition.compose import read_plan_outline

    outline = read_plan_outline(path)
    if outline.findings:
        raise PlanError(outline.findings)
    return tuple(outline.environments)
