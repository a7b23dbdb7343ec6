"""Options of commands that speak with AWS: whose account, which region, which stack; and who is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfnorch.cli.options import plan_option
from sfnorch.report.waiting import at_terminal, waiting

if TYPE_CHECKING:
    from sfnorch.aws.session import Session
    from sfnorch.aws.steps import Step
    from sfnorch.console import Console

Function = TypeVar("Function", bound=Callable[..., Any])

STACK_HELP = "The stack's name; the plan's name unless set."
_PLAN = "sfnorch.plan"

WIDTH = 200
"""Columns of what goes into a file or a pipe."""


def account_options(command: Function) -> Function:
    """`--region` and `--profile`, as the AWS CLI has them."""
    region = click.option("--region", metavar="NAME", help="The AWS region; else the profile's, or AWS_DEFAULT_REGION.")
    profile = click.option("--profile", metavar="NAME", help="The profile of the AWS CLI; else AWS_PROFILE.")
    return region(profile(command))


def stack_option(command: Function) -> Function:
    """`--stack-name S` and `--plan FILE`, for commands that need the plan's stack and nothing else of the plan."""
    stack = click.option("--stack-name", metavar="S", help=STACK_HELP, callback=_found_stack_name)
    return plan_option(stack(command), expose_value=False, callback=_remember_plan)


def stack_name_option(command: Function) -> Function:
    """`--stack-name S`, for commands that read a template, which says what its stack is called: None unless given."""
    return click.option("--stack-name", metavar="S", help=STACK_HELP, callback=_valid_stack_name)(command)


def yes_option(command: Function) -> Function:
    """`--yes`, or `-y`."""
    return click.option("-y", "--yes", is_flag=True, help="Say yes to what would be asked.")(command)


def open_session(region: str | None, profile: str | None) -> Session:
    """Clients for the account that the options and the environment name."""
    with waiting("Loading the AWS client"):
        from sfnorch.aws.session import Session

    return Session(region=region, profile=profile, waits=waiting)


def progress_console() -> Console:
    """Where progress goes: standard error, as wide as the terminal; a file or a pipe has room."""
    from sfnorch.console import Console

    width = None if sys.stderr.isatty() else WIDTH
    return Console(stderr=True, width=width, force_interactive=at_terminal())


def can_ask(output_form: str) -> bool:
    """Whether there is a person to ask: both ends a terminal, and text wanted."""
    return output_form == "text" and sys.stdin.isatty() and sys.stderr.isatty()


def require_consent(yes: bool, output_form: str, what: str) -> None:
    """Fails as wrong usage where nobody can be asked and nobody has said yes."""
    if not yes and not can_ask(output_form):
        raise click.UsageError(f"Nobody can be asked here: add --yes to {what}.")


def consent(*, yes: bool, ask: bool, wait: bool = False) -> Callable[[Step], bool]:
    """Who consents to a step: --yes, unless the step is one that nobody can have foreseen; else a person, if any.

    `wait` consents to waiting for what another does.
    """

    def consents(step: Step) -> bool:
        if wait and step.verb.value == "await":
            if step.firm:  # else it has been told
                click.echo(step.says, err=True)
            return True
        if yes and not step.firm:
            return True
        question = f"{step.says} {step.question}" if step.firm else step.question
        return ask and click.confirm(question, err=True)

    return consents


def _remember_plan(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    ctx.meta[_PLAN] = value


def _found_stack_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    """Return the given name, else the name of the plan's stack; empty where an ARN says what the command is about.

    Raises SfnorchError where it is unknown.
    """
    if value is None and str(ctx.params.get("execution")).startswith("arn:"):
        return ""
    return _valid_stack_name(ctx, param, value) or planned_stack_name(ctx.meta.get(_PLAN))


def planned_stack_name(plan_file: Path | None, *, part: str = "") -> str:
    """Return the name of the stack of the plan or the default plan, or of its `part`, the pipeline.

    Raises SfnorchError where it is unknown.
    """
    from sfnorch.plan.files import find_plan
    from sfnorch.plan.stack_names import read_stack_name, stack_name_of

    path = find_plan(plan_file)
    return read_stack_name(path, part=part) if path else stack_name_of(None, part=part)


def _valid_stack_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return the name, where CloudFormation accepts it for a stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    import re

    if value is not None and not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", value):
        raise click.BadParameter(
            f"{value!r} is not a stack name: 1 to 128 letters, digits and hyphens, the first a letter.", ctx, param
        )
    return value
