"""`--parameter-overrides K=V K=V`, or as JSON, and other options of that form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from sfnorch.cli.account import stack_name_option
from sfnorch.cli.documents import json_value
from sfnorch.cli.options import ChildJobsCommand, plan_option
from sfnorch.errors import SfnorchError

Function = TypeVar("Function", bound=Callable[..., Any])

_OVERRIDE = re.compile(r"[\w:/@+. -]+=|[{@]")
OVERRIDES = "--parameter-overrides"
_SPREAD = (OVERRIDES, "--tags")


class ParameterOverridesCommand(click.Command):
    """A command whose `--parameter-overrides` and `--tags` take any number of `K=V`, as the AWS CLI's do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return what is left of the arguments, each value behind the option given the option's name."""
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
        OVERRIDES,
        "overrides",
        multiple=True,
        metavar="K=V...",
        help="Values of parameters; also one JSON object of them, or @FILE of one.",
    )(command)


class DeployableCommand(ParameterOverridesCommand, ChildJobsCommand):
    """A command about what can be deployed: jobs of children, and overrides of parameters."""


def deployable_options(command: Function) -> Function:
    """`--plan`, `--template`, `--stack-name` and `--parameter-overrides`."""
    template = click.option(
        "--template", "template_file", type=click.Path(path_type=Path), metavar="FILE", help="A template, not a plan."
    )
    return plan_option(template(stack_name_option(overrides_option(command))))


def bucket_options(command: Function) -> Function:
    """`--s3-bucket B`, or `--resolve-s3`."""
    bucket = click.option(
        "--s3-bucket",
        metavar="B",
        default="",
        callback=_refuse_both_buckets,
        help="Where a template over 51,200 bytes goes; else an own one.",
    )
    resolve = click.option(
        "--resolve-s3",
        is_flag=True,
        callback=_refuse_both_buckets,
        help="Find or create sfnorch's own bucket for it, private and encrypted, without a question.",
    )
    return bucket(resolve(command))


def _refuse_both_buckets(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Return the value. Fails as wrong usage where the other option, which click has read before, is given too."""
    other = "s3_bucket" if param.name == "resolve_s3" else "resolve_s3"
    if value and ctx.params.get(other):
        raise click.UsageError("--resolve-s3 and --s3-bucket: give one of the two.", ctx)
    return value


def pair(text: str, option: str, form: str) -> tuple[str, str]:
    """Return the key and the value of `K=V`. Fails as wrong usage for another form."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"{option} {text}: write {form}.")
    return key, value


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Return the values by their keys. Fails as wrong usage for another form, or a key that is given twice."""
    return _once([pair(text, option, "K=V") for text in texts], option)


def stack_tags(texts: Iterable[str]) -> dict[str, str]:
    """Return the values of `--tags` by their keys. Fail as wrong usage for what AWS does not take, with all of it."""
    from sfnorch.plan.tags import tag_faults

    tags = pairs(texts, "--tags")
    if faults := list(tag_faults(tags)):
        raise click.UsageError(f"--tags: {'; '.join(faults)}.")
    return tags


def parameter_values(overrides: Iterable[str]) -> dict[str, str]:
    """Return the values of parameters that the overrides give. Fails as wrong usage for what is neither K=V nor JSON of it.

    No parameter's name begins with a brace or an at sign, so that JSON and `@FILE` are told from `K=V`.
    """
    given: list[tuple[str, str]] = []
    for text in overrides:
        given += _object(text) if text.startswith(("{", "@")) else [pair(text, OVERRIDES, "K=V")]
    return _once(given, OVERRIDES)


def _object(text: str) -> list[tuple[str, str]]:
    values = json_value(text, OVERRIDES)
    if not isinstance(values, dict):
        raise click.UsageError(f'{OVERRIDES}: write one JSON object, such as {{"Child1GlueJobs": "a,b"}}.')
    if wrong := [name for name, value in values.items() if not isinstance(value, str)]:
        raise click.UsageError(f"{OVERRIDES}: a value is a text, and that of {' and '.join(wrong)} is none.")
    return list(values.items())


def _once(given: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in given:
        if key in found:
            raise click.UsageError(f"{option}: {key} is given twice.")
        found[key] = value
    return found


def refuse_faults(faults: Iterable[str]) -> None:
    """Raise SfnorchError for what is wrong with the values of parameters, if anything is."""
    if lines := list(faults):
        raise SfnorchError("\n".join(lines), hint="--parameter-overrides NAME=VALUE …")
