"""The environments of a plan's file: which ones there are, and the deployment settings of one."""

from __future__ import annotations

from collections.abc import Mapping
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


def load_environments(path: Path) -> Mapping[str, Environment]:
    """Return the environments of the plan in the file by name, in their order. The rest of the plan is not checked.

    Raises SfnorchError if a file cannot be read, and PlanError if the environments are invalid.
    """
    from sfnorch.plan.composition.compose import read_plan_outline  # validation is slow to load

    outline = read_plan_outline(path)
    if outline.findings:
        raise PlanError(outline.findings)
    return outline.environments


def load_environment(choice: PlanChoice) -> Environment:
    """Return the environment of a plan.

    Raises the errors of `load_environments`, and SfnorchError for an unknown environment.
    """
    from sfnorch.plan.composition.compose import find_environment

    return find_environment(load_environments(choice.path), choice.environment, str(choice.path))
