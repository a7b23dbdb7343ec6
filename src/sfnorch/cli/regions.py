"""The region that a command without AWS works for, as AWS's own variables name it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfnorch.partitions import DEFAULT_REGION, PARTITIONS, Partition, partition_of

if TYPE_CHECKING:
    from sfnorch.template.resources import Surroundings

Function = TypeVar("Function", bound=Callable[..., Any])

_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
_NAME = re.compile(r"[A-Za-z0-9-]{1,63}")


def region_option(command: Function) -> Function:
    """`--region NAME` of a command that asks AWS for nothing."""
    return click.option(
        "--region",
        metavar="NAME",
        envvar=list(_VARIABLES),
        default=DEFAULT_REGION,
        help=f"The AWS region that a stack would be in; else {' or '.join(_VARIABLES)}, else {DEFAULT_REGION}.",
        callback=_checked,
    )(command)


def partition_option(command: Function) -> Function:
    """`--partition NAME`."""
    return click.option(
        "--partition",
        type=click.Choice(list(PARTITIONS)),
        metavar="NAME",
        help=f"The partition that --format asl is for, such as aws-us-gov; else that of the region in "
        f"{' or '.join(_VARIABLES)}, else aws.",
    )(command)


def own_partition() -> Partition:
    """Return the partition of the region that the environment names; aws where it names none."""
    return partition_of(next((region for name in _VARIABLES if (region := os.environ.get(name))), DEFAULT_REGION))


def surroundings(region: str) -> Surroundings:
    """Return where a stack in the region stands, and whether the region was given."""
    from sfnorch.template.resources import Surroundings

    ctx = click.get_current_context(silent=True)
    is_given = ctx is not None and ctx.get_parameter_source("region") is not click.core.ParameterSource.DEFAULT
    return Surroundings(region=region, region_is_given=is_given)


def _checked(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise click.BadParameter(f"{value!r} is not a region's name, such as {DEFAULT_REGION}.", ctx, param)
    return value
