"""The execution that a command acts on: by its ARN, by its name, or the last one."""

from __future__ import annotations

from collections.abc import Callable

import click

from sfnorch.cli.parameter_type import Function


def add_execution_argument(*, required: bool) -> Callable[[Function], Function]:
    """Return a decorator that adds `EXECUTION`, an ARN or a name, and `--machine` for a name."""

    def decorate(command: Function) -> Function:
        machine = click.option(
            "--machine",
            "machine_name",
            metavar="NAME",
            default="",
            show_default="master, or the only one",
            help="State machine of the execution, unless EXECUTION is an ARN.",
        )
        metavar = "EXECUTION" if required else "[EXECUTION]"
        argument = click.argument("execution", required=required, metavar=metavar, callback=_reject_blank)
        return argument(machine(command))

    return decorate


def _reject_blank(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():  # an unset variable of a script does not mean the last execution
        raise click.BadParameter("the value is empty; pass the ARN or the name of an execution.", ctx, param)
    return value
