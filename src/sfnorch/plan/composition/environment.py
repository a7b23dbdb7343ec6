"""An environment of a plan."""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.errors import SfnorchError
from sfnorch.plan.composition.tree import Node
from sfnorch.plan.models.environment import EnvironmentSettings


class Environment(NamedTuple):
    """An environment of a plan: its changes to the plan, and its deployment settings."""

    name: str
    node: Node
    """The whole environment, as it is written."""
    overlay: Node
    """The keys that change the plan."""
    settings: EnvironmentSettings
    stack_name: str


def create_unknown_error(file: str, environment: str, known: tuple[str, ...] = ()) -> SfnorchError:
    """Return the error for an environment that the plan in `file` does not have; `known` are those that it has."""
    if not known:
        return SfnorchError(
            f"The environment {environment!r} is unknown: {file} has no environments",
            hint="add the key environments to the plan, or remove --env and SFNORCH_ENV",
        )
    from sfnorch.plan.model_errors import suggest_near  # for errors only

    hint = suggest_near(environment, known) or f"available: {', '.join(known)}"
    return SfnorchError(f"The environment {environment!r} is unknown ({file})", hint=hint)
