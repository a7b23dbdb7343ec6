"""The plan that a command reads instead of a template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.environment import get_environment_name, is_environment_given
from sfnorch.plan.files import find_plan

if TYPE_CHECKING:
    from sfnorch.plan.environments import PlanChoice


def choose_plan(
    template_file: Path | None, plan_file: Path | None, *, uses_settings: bool = False
) -> Path | PlanChoice | None:
    """Return the plan that the options name, or the one in the current folder; None with a template.

    The plan is in the environment that `--env` names. With `uses_settings`, a template can be combined with an
    environment, whose deployment settings the command uses. Fail as wrong usage for any other combination.
    """
    if template_file is None:
        return add_environment(find_plan(plan_file))
    if plan_file is not None and not (uses_settings and get_environment_name()):
        raise click.UsageError("A template and --plan exclude each other; pass one of them.")
    if not uses_settings and is_environment_given():
        raise click.UsageError("A template and --env exclude each other; an environment is that of a plan.")
    return None


def add_environment(plan: Path | None) -> Path | PlanChoice | None:
    """Return the plan in the environment that `--env` names.

    Raises SfnorchError for the default plan, which has no environments.
    """
    name = get_environment_name()
    if not name:
        return plan
    from sfnorch.plan.composition.environment import create_unknown_error
    from sfnorch.plan.environments import PlanChoice

    if plan is None:
        raise create_unknown_error("the default plan", name)
    return PlanChoice(plan, name)
