"""`--parameter-overrides KEY=VALUE...`, also as JSON, and other options of that form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import click

from sfnorch.cli.account import add_stack_name_option
from sfnorch.cli.documents import parse_json_value
from sfnorch.cli.options import ChildJobsCommand, RequestCommand, add_plan_option
from sfnorch.cli.parameter_type import Function

Value = TypeVar("Value", str, bool)

_OVERRIDE = re.compile(r"[\w:/@+. -]+=|[{@]")
OVERRIDES = "--parameter-overrides"
_SPREAD = (OVERRIDES, "--tags")


class ParameterOverridesCommand(RequestCommand):
    """A command whose `--parameter-overrides` and `--tags` accept several `KEY=VALUE`, as in the AWS CLI."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its values, and return the arguments that click leaves."""
        spread: list[str] = []
        within = ""
        for argument in args:
            if within and _OVERRIDE.match(argument) and spread[-1] != within:
                spread.append(within)
            elif argument.startswith("-"):
                within = argument if argument in _SPREAD else ""
            spread.append(argument)
        return super().parse_args(ctx, spread)


def add_overrides_option(command: Function) -> Function:
    """Add `--parameter-overrides KEY=VALUE...`."""
    return click.option(
        OVERRIDES,
        "overrides",
        multiple=True,
        metavar="KEY=VALUE...",
        help="Parameter overrides as KEY=VALUE, as one JSON object, or as @FILE with a JSON object.",
    )(command)


class DeployableCommand(ParameterOverridesCommand, ChildJobsCommand):
    """A command for a deployable template: with jobs of children and parameter overrides."""


def add_deployable_options(command: Function) -> Function:
    """Add `--plan`, `--template`, `--stack-name` and `--parameter-overrides`."""
    template = click.option(
        "--template",
        "template_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Template to use instead of a plan.",
    )
    return add_plan_option(template(add_stack_name_option(add_overrides_option(command))))


def add_bucket_options(command: Function) -> Function:
    """Add `--s3-bucket BUCKET` and `--resolve-s3`."""
    bucket = click.option(
        "--s3-bucket",
        metavar="BUCKET",
        default="",
        show_default="sfnorch-ACCOUNT-REGION",
        callback=_refuse_both_buckets,
        help="S3 bucket for templates larger than 51,200 bytes and for the code of functions.",
    )
    resolve = click.option(
        "--resolve-s3",
        is_flag=True,
        callback=_refuse_both_buckets,
        help="Create the default bucket without a prompt if it is missing, private and encrypted.",
    )
    return bucket(resolve(command))


def _refuse_both_buckets(ctx: click.Context, param: click.Parameter, value: Value) -> Value:
    """Return the value. Fail as wrong usage if the other option, which click has read before, is set too."""
    other = "s3_bucket" if param.name == "resolve_s3" else "resolve_s3"
    if value and ctx.params.get(other):
        raise click.UsageError("--resolve-s3 and --s3-bucket exclude each other; pass one of them.", ctx)
    return value


def parse_pair(text: str, option: str, form: str) -> tuple[str, str]:
    """Return the key and the value of `KEY=VALUE`. Fail as wrong usage for another form; `form` is the form to show."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"{option} {text}: expected {form}.")
    return key, value


def parse_pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Return the values by their keys. Fail as wrong usage for another form or a duplicate key."""
    return _reject_duplicates([parse_pair(text, option, "KEY=VALUE") for text in texts], option)


def read_tags(texts: Iterable[str]) -> dict[str, str]:
    """Return the values of `--tags` by their keys. Fail as wrong usage for another form or a duplicate key."""
    return parse_pairs(texts, "--tags")


def parse_parameter_values(overrides: Iterable[str]) -> dict[str, str]:
    """Return the values of parameters by their names. Fail as wrong usage for what is neither KEY=VALUE nor JSON.

    The name of a parameter cannot begin with a brace or an at sign. JSON and `@FILE` therefore differ from KEY=VALUE.
    """
    given: list[tuple[str, str]] = []
    for text in overrides:
        given += (
            _parse_overrides_object(text) if text.startswith(("{", "@")) else [parse_pair(text, OVERRIDES, "KEY=VALUE")]
        )
    return _reject_duplicates(given, OVERRIDES)


def _parse_overrides_object(text: str) -> list[tuple[str, str]]:
    values = parse_json_value(text, OVERRIDES)
    if not isinstance(values, dict):
        raise click.UsageError(f'{OVERRIDES}: expected a JSON object, such as {{"Child1GlueJobs": "a,b"}}.')
    if wrong := [name for name, value in values.items() if not isinstance(value, str)]:
        raise click.UsageError(f"{OVERRIDES}: values must be strings; quote the value of {' and '.join(wrong)}.")
    return list(values.items())


def _reject_duplicates(given: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in given:
        if key in found:
            raise click.UsageError(f"{option}: duplicate key {key}.")
        found[key] = value
    return found
