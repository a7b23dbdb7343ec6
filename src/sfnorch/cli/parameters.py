"""`--parameter-overrides K=V K=V`, and other options of that form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from sfnorch.cli.account import stack_option
from sfnorch.cli.options import ChildJobsCommand, plan_option
from sfnorch.errors import SfnorchError

Function = TypeVar("Function", bound=Callable[..., Any])

_OVERRIDE = re.compile(r"[\w:/@+. -]+=")
_SPREAD = ("--parameter-overrides", "--tags")


class ParameterOverridesCommand(click.Command):
    """A command whose `--parameter-overrides` and `--tags` take any number of `K=V`, as the AWS CLI's do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is left of the arguments, each value behind the option given the option's name."""
        spread: list[str] = []
        within = ""
        for argument in args:
            if within and _OVERRIDE.match(argument) and spread[-1] != within:
                spread.append(within)
            elif argument.startswith("-"):
                within = argument if argument in _SPREAD else ""
            spread.append(argument)
        return super().parse_args(ctx, spread)


def overrides_option(command: Function) -> Function:
    """`--parameter-overrides K=V…`."""
    return click.option(
        "--parameter-overrides", "overrides", multiple=True, metavar="K=V...", help="Values of parameters."
    )(command)


class DeployableCommand(ParameterOverridesCommand, ChildJobsCommand):
    """A command about what can be deployed: jobs of children, and overrides of parameters."""


def deployable_options(command: Function) -> Function:
    """`--plan`, `--template`, `--stack-name`, `--parameter-overrides` and `--s3-bucket`."""
    template = click.option(
        "--template", "template_file", type=click.Path(path_type=Path), metavar="FILE", help="A template, not a plan."
    )
    bucket = click.option(
        "--s3-bucket", metavar="B", default="", help="Where a template over 51,200 bytes goes; else an own one."
    )
    return plan_option(template(stack_option(overrides_option(bucket(command)))))


def pair(text: str, option: str, form: str) -> tuple[str, str]:
    """The key and the value of `K=V`. Fails as wrong usage for another form."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"{option} {text}: write {form}.")
    return key, value


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """The values by their keys. Fails as wrong usage for another form, or a key that is given twice."""
    found: dict[str, str] = {}
    for text in texts:
        key, value = pair(text, option, "K=V")
        if key in found:
            raise click.UsageError(f"{option}: {key} is given twice.")
        found[key] = value
    return found


def refuse_faults(faults: Iterable[str]) -> None:
    """Raises SfnorchError for what is wrong with the values of parameters, if anything is."""
    if lines := list(faults):
        raise SfnorchError("\n".join(lines), hint="--parameter-overrides NAME=VALUE …")
