"""Options of commands that speak with AWS: whose account, which region, which stack; and who is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfnorch.plan.names import STACK_NAME
from sfnorch.report.waiting import at_terminal, waiting

if TYPE_CHECKING:
    from rich.console import Console

    from sfnorch.aws.session import Session
    from sfnorch.aws.steps import Step

Function = TypeVar("Function", bound=Callable[..., Any])

WIDTH = 200
"""Columns of what goes into a file or a pipe."""


def account_options(command: Function) -> Function:
    """`--region` and `--profile`, as the AWS CLI has them."""
    region = click.option("--region", metavar="NAME", help="The AWS region; else the profile's, or AWS_DEFAULT_REGION.")
    profile = click.option("--profile", metavar="NAME", help="The profile of the AWS CLI; else AWS_PROFILE.")
    return region(profile(command))


def stack_named(default: str) -> Callable[[Function], Function]:
    """`--stack-name S`, with this default."""
    return click.option(
        "--stack-name", metavar="S", default=default, show_default=True, help="The stack's name.", callback=_fits
    )


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
    from rich.console import Console

    width = None if sys.stderr.isatty() else WIDTH
    return Console(stderr=True, highlight=False, width=width, force_interactive=at_terminal())


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


def _fits(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The name, if CloudFormation takes it for a stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    import re

    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", value):
        raise click.BadParameter(
            f"{value!r} is no stack name: 1 to 128 letters, digits and hyphens, the first a letter.", ctx, param
        )
    return value


stack_option = stack_named(STACK_NAME)
"""`--stack-name S` of the plan's stack."""
