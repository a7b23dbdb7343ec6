"""Options of commands that call AWS: Region, profile, and stack; and prompts for confirmation."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.app.account import AwsAccount
from sfnorch.cli.environment import PLAN_FILE, find_environment, names_several
from sfnorch.cli.options import add_plan_option
from sfnorch.cli.parameter_type import Function
from sfnorch.report.waiting import is_terminal, show_spinner

if TYPE_CHECKING:
    from sfnorch.aws.steps import Step
    from sfnorch.console import Console
    from sfnorch.plan.composition.environment import Environment


_STACK: dict[str, Any] = {"metavar": "NAME", "help": "Name of the stack.", "show_default": "the name in the plan"}

WIDTH = 200
"""The columns of output to a file or a pipe."""


def add_account_options(command: Function) -> Function:
    """Add `--region` and `--profile`, as in the AWS CLI."""
    region = click.option(
        "--region",
        metavar="REGION",
        help="AWS Region of the stack.",
        show_default="AWS_DEFAULT_REGION, or the Region of the profile",
    )
    profile = click.option(
        "--profile",
        metavar="NAME",
        help="Profile of the AWS CLI to take credentials from.",
        show_default="AWS_PROFILE",
    )
    return region(profile(command))


def add_stack_option(command: Function) -> Function:
    """Add `--stack-name NAME` and `--plan FILE`, for commands that read only the name of the stack from the plan."""
    stack = click.option("--stack-name", callback=_find_stack_name, **_STACK)
    return add_plan_option(stack(command), expose_value=False)


def add_stack_name_option(command: Function) -> Function:
    """Add `--stack-name NAME`, for commands that read the default from a template. Without the option it is None."""
    return click.option("--stack-name", callback=_check_stack_name, **_STACK)(command)


def add_yes_option(command: Function) -> Function:
    """Add `--yes`, or `-y`."""
    return click.option("-y", "--yes", is_flag=True, help="Confirm without a prompt.")(command)


def open_account(region: str | None, profile: str | None) -> AwsAccount:
    """Return the account that the options and the environment name. Spinners show what is waited for.

    Fail as wrong usage for another Region than that of the environment, and for an execution that is elsewhere. Raises
    SfnorchError if the credentials are those of another account.
    """
    environment = find_environment()
    if environment is None:
        return AwsAccount(region=region, profile=profile, waits=show_spinner)
    settings = environment.settings
    if region and settings.region and region != settings.region:
        raise click.UsageError(f"--region {region}: the environment {environment.name} is in {settings.region}.")
    _check_execution(environment)
    from sfnorch.app.environment_settings import choose_profile, refuse_foreign_account

    chosen = profile or choose_profile(environment)
    account = AwsAccount(region=region or settings.region, profile=chosen, waits=show_spinner)
    refuse_foreign_account(environment, account)
    return account


def _check_execution(environment: Environment) -> None:
    """Fail as wrong usage for the ARN of an execution in another account or Region than that of the environment."""
    import re

    ctx = click.get_current_context(silent=True)
    execution = str(ctx.params.get("execution")) if ctx else ""
    match = re.match(r"arn:[\w-]+:states:([\w-]+):(\d+):", execution)
    settings = environment.settings
    for found, own in zip(match.groups() if match else (), (settings.region, settings.account), strict=False):
        if own and found != own:
            raise click.UsageError(f"{execution} is in {found}, and the environment {environment.name} is in {own}.")


def create_progress_console() -> Console:
    """Return the console for progress: standard error, as wide as the terminal, or 200 columns for a file or a pipe."""
    from sfnorch.console import Console

    width = None if sys.stderr.isatty() else WIDTH
    return Console(stderr=True, width=width, force_interactive=is_terminal())


def can_ask(output_form: str) -> bool:
    """Return whether the command can prompt: input and error output are a terminal, and the output format is text."""
    return output_form == "text" and sys.stdin.isatty() and sys.stderr.isatty()


def require_consent(yes: bool, output_form: str, what: str) -> None:
    """Fail as wrong usage without `--yes` and without a terminal for prompts. `what` completes the hint."""
    if not yes and not can_ask(output_form):
        raise click.UsageError(f"No terminal for prompts; pass --yes to {what}.")


def build_consent(*, yes: bool, ask: bool, wait: bool = False) -> Callable[[Step], bool]:
    """Return the function that decides whether a step is confirmed: by `yes`, or by a prompt if `ask` allows it.

    A firm step, which the user cannot foresee, always needs a prompt. `wait` confirms the wait for an operation that
    another process has started.
    """

    def is_confirmed(step: Step) -> bool:
        if wait and step.verb.value == "await":
            if step.firm:  # otherwise it is already printed
                click.echo(step.says, err=True)
            return True
        if yes and not step.firm:
            return True
        question = f"{step.says} {step.question}" if step.firm else step.question
        return ask and click.confirm(question, err=True)

    return is_confirmed


def _find_stack_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    """Return the value, or the name of the plan's stack; empty if the execution is an ARN, and for several stacks.

    Raises SfnorchError if the name is unknown.
    """
    if value is None and str(ctx.params.get("execution")).startswith("arn:"):
        return ""
    if value is None and names_several(ctx):  # each has a separate stack
        return ""
    return _check_stack_name(ctx, param, value) or find_planned_stack_name(ctx.meta.get(PLAN_FILE))


def find_planned_stack_name(plan_file: Path | None, *, part: str = "") -> str:
    """Return the name of the stack of the plan or the default plan, or of its `part`, the pipeline.

    Raises SfnorchError if the plan does not have a valid name, and if it has environments of which none is chosen.
    """
    from sfnorch.plan.files import find_plan
    from sfnorch.plan.planned_stack import read_stack_name
    from sfnorch.plan.stack_names import derive_stack_name

    environment = None if part else find_environment()
    if environment:
        return environment.stack_name
    path = find_plan(plan_file)
    return read_stack_name(path, part=part) if path else derive_stack_name(None, part=part)


def _check_stack_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return the value. Fail as wrong usage if CloudFormation does not accept it as the name of a stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    import re

    if value is not None and not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", value):
        raise click.BadParameter(
            f"{value!r} is not a stack name; use 1 to 128 letters, digits and hyphens, and begin with a letter.",
            ctx,
            param,
        )
    return value
