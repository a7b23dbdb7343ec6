"""`--env NAME`, and the environment of the plan that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.parameter_type import Function
from sfnorch.plan.names import ALL_ENVIRONMENTS
from sfnorch.printable import make_printable_line

if TYPE_CHECKING:
    from sfnorch.plan.composition.environment import Environment

VARIABLE = "SFNORCH_ENV"
"""The variable with the name of the environment for all commands."""

PLAN_FILE = "sfnorch.plan"
"""The key of the plan file, as the option names it, in the meta of click's context."""

PLAN_FILES = "sfnorch.plans"
"""The key of the plans that the pattern of the option matches, in the meta of click's context."""

_WILDCARDS = frozenset("*?[")
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
    """Return the value of `--plan`, after it is stored for the options that read the plan.

    Fail as wrong usage if it is a pattern that matches no plan, or several for a command that reads one.
    """
    if value is not None and not _WILDCARDS.isdisjoint(str(value)) and not ctx.resilient_parsing:
        value = _expand_pattern(ctx, value)
    ctx.meta[PLAN_FILE] = value
    return value


def _expand_pattern(ctx: click.Context, value: Path) -> Path:
    """Return the value, or the plan that it matches, after the plans that it matches are stored."""
    from sfnorch.app.plan_files import find_plans  # a pattern is rare

    found = find_plans(str(value))
    if found is None:
        return value
    for note in found.notes:
        click.echo(f"note: {make_printable_line(note)}", err=True)
    if not found.plans:
        raise click.UsageError(f"--plan: no plan matches {str(value)!r}; ** matches any folders.", ctx)
    if getattr(ctx.command, "accepts_patterns", False):
        ctx.meta[PLAN_FILES] = found
        return value
    if len(found.plans) > 1:
        names = ", ".join(map(str, found.plans))
        raise click.UsageError(f"--plan: {ctx.info_name} reads one plan, and {str(value)!r} matches {names}.", ctx)
    return found.plans[0]


def _remember_name(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value == ALL_ENVIRONMENTS and not getattr(ctx.command, "accepts_all_environments", False):
        raise click.UsageError(f"--env {value}: {ctx.info_name} works in one environment; pass its name.", ctx)
    ctx.meta[_NAME] = value or ""


def names_several(ctx: click.Context) -> bool:
    """Return whether the options name several plans or all environments."""
    return PLAN_FILES in ctx.meta or ctx.meta.get(_NAME) == ALL_ENVIRONMENTS


def enter_environment(ctx: click.Context, plan_file: Path | None, name: str) -> None:
    """Make the plan and its environment those of the command, from now on."""
    ctx.meta.pop(_FOUND, None)
    ctx.meta[PLAN_FILE], ctx.meta[_NAME] = plan_file, name


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
