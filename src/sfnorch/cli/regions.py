"""The AWS Region for commands that do not call AWS, from an option or the environment variables of AWS."""

from __future__ import annotations

import os
import re

import click

from sfnorch.cli.environment import find_environment
from sfnorch.cli.parameter_type import Function
from sfnorch.partitions import DEFAULT_REGION, PARTITIONS, Partition, find_partition

_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
_NAME = re.compile(r"[A-Za-z0-9-]{1,63}")


def add_region_option(command: Function) -> Function:
    """Add `--region REGION`, for a command that does not call AWS."""
    return click.option(
        "--region",
        metavar="REGION",
        envvar=list(_VARIABLES),
        default=DEFAULT_REGION,
        show_default=f"{', '.join(_VARIABLES)}, or {DEFAULT_REGION}",
        help="AWS Region of the stack.",
        callback=_check_region,
    )(command)


def add_partition_option(command: Function) -> Function:
    """Add `--partition PARTITION`."""
    return click.option(
        "--partition",
        type=click.Choice(list(PARTITIONS)),
        metavar="PARTITION",
        show_default=f"the partition of {', '.join(_VARIABLES)}, or {DEFAULT_REGION}",
        help="AWS partition for --format asl, such as aws-us-gov.",
    )(command)


def find_own_partition() -> Partition:
    """Return the partition of the Region in the environment; without one, of the default Region."""
    return find_partition(next((region for name in _VARIABLES if (region := os.environ.get(name))), DEFAULT_REGION))


def choose_region(region: str) -> str | None:
    """Return the Region that the user has named by the option or a variable of AWS; None for the default one.

    The Region of the plan's environment overrides the variables.
    """
    ctx = click.get_current_context(silent=True)
    source = ctx.get_parameter_source("region") if ctx else click.core.ParameterSource.DEFAULT
    if source is click.core.ParameterSource.ENVIRONMENT:
        environment = find_environment()
        return (environment.settings.region if environment else None) or region
    return None if source is click.core.ParameterSource.DEFAULT else region


def _check_region(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} is not the name of an AWS Region; use a name such as {DEFAULT_REGION}.", ctx, param
        )
    return value
