"""`--env NAME`, and the environment of the plan that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.parameter_type import Function

if TYPE_CHECKING:
    from sfnorch.plan.composition.environment import Environment

VARIABLE = "SFNORCH_ENV"
"""The variable with the name of the environment for all commands."""

PLAN_FILE = "sfnorch.plan"
"""The key of the plan file, as the option names it, in the meta of click's context."""

_NAME, _FOUND = "sfnorch.environment", "sfnorch.environment.found"


def add_environment_option(command: Function) -> Function:
    """Add `--env NAME`, which click reads before the options whose defaults are those of the environment."""
    return click.option(
        "--env",
        "environment",
        metavar="NAME",
        envvar=VARIABLE,
        is_eager=True,
        expose_value=False,
        callback=_remember_name,
        show_default=VARIABLE,
        help="Environment of the plan.",
    )(command)


def remember_plan(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Return the value of `--plan`, after it is stored for the options that read the plan."""
    ctx.meta[PLAN_FILE] = value
    return value


def _remember_name(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    ctx.meta[_NAME] = value or ""


def get_environment_name() -> str:
    """Return the name of the environment that the option or the variable gives; empty without one."""
    ctx = click.get_current_context(silent=True)
    return ctx.meta.get(_NAME, "") if ctx else ""


def is_environment_given() -> bool:
    """Return whether the option names the environment, and not only the variable, which is for all commands."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and ctx.get_parameter_source("environment") is click.core.ParameterSource.COMMANDLINE


def find_environment() -> Environment | None:
    """Return the environment of the command, with its deployment settings; None if the command has none.

    Raises SfnorchError for an unknown environment, and PlanError for invalid environments.
    """
    ctx = click.get_current_context(silent=True)
    if ctx is None or not (name := ctx.meta.get(_NAME)):
        return None
    if _FOUND not in ctx.meta:
        ctx.meta[_FOUND] = _load_environment(ctx.meta.get(PLAN_FILE), name)
    found: Environment = ctx.meta[_FOUND]
    return found


def format_environment(environment: Environment) -> list[str]:
    """Return the options that name the plan and the environment of the command, for another command."""
    plan_file = click.get_current_context().meta.get(PLAN_FILE)
    return [*(["--plan", str(plan_file)] if plan_file else []), "--env", environment.name]


def _load_environment(plan_file: Path | None, name: str) -> Environment:
    from sfnorch.plan.composition.environment import create_unknown_error
    from sfnorch.plan.environments import PlanChoice, load_environment
    from sfnorch.plan.files import find_plan

    path = find_plan(plan_file)
    if path is None:
        raise create_unknown_error("the default plan", name)
    return load_environment(PlanChoice(path, name))
