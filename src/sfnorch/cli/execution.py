"""The execution that a command is about: named by its ARN, by its name, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sfnorch.cli.account import open_session
from sfnorch.report.waiting import waiting

Function = TypeVar("Function", bound=Callable[..., Any])


def execution_argument(*, required: bool) -> Callable[[Function], Function]:
    """`EXECUTION`, an ARN or a name, and `--machine` for a name's."""

    def decorate(command: Function) -> Function:
        machine = click.option(
            "--machine", "machine_name", metavar="NAME", default="", help="The machine of an execution given by name."
        )
        metavar = "EXECUTION" if required else "[EXECUTION]"
        argument = click.argument("execution", required=required, metavar=metavar, callback=_not_blank)
        return argument(machine(command))

    return decorate


def _not_blank(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():  # a variable that a script has not set, and not "the last one"
        raise click.BadParameter("it is empty: name an execution.", ctx, param)
    return value


def open_execution(
    execution: str | None, stack_name: str, machine_name: str, region: str | None, profile: str | None
) -> tuple[Any, str]:
    """Clients for the execution's region, and its ARN; without a name the machine's last one.

    Raises SfnorchError where stack, machine or execution is not there.
    """
    from sfnorch.aws.executions import execution_arn, last_execution, machine_of, region_of
    from sfnorch.aws.stacks import existing_stack
    from sfnorch.aws.status import machines, main_machine

    session = open_session(region_of(execution or "") or region, profile)
    with waiting("Looking up the execution"):
        if execution is None or not execution.startswith("arn:"):
            stack = existing_stack(session.cloudformation, stack_name)
            machine = main_machine(machines(session.cloudformation, stack), stack, machine_name)
            if execution is None:
                return session, last_execution(session.stepfunctions, machine.arn)
            execution = execution_arn(machine.arn, execution)
        machine_of(session.stepfunctions, execution)
    return session, execution
