"""The execution that a command is about: named by its ARN, by its name, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sfnorch.cli.account import open_session

Function = TypeVar("Function", bound=Callable[..., Any])


def execution_argument(*, required: bool) -> Callable[[Function], Function]:
    """`EXECUTION`, an ARN or a name, and `--machine` for a name's."""

    def decorate(command: Function) -> Function:
        machine = click.option(
            "--machine", "machine_name", metavar="NAME", default="", help="The machine of an execution given by name."
        )
        metavar = "EXECUTION" if required else "[EXECUTION]"
        argument = click.argument("execution", required=required, default=None if required else "", metavar=metavar)
        return argument(machine(command))

    return decorate


def open_execution(
    execution: str, stack_name: str, machine_name: str, region: str | None, profile: str | None
) -> tuple[Any, str]:
    """Clients for the execution's region, and its ARN; without a name the machine's last one.

    Raises SfnorchError where stack, machine or execution is not there.
    """
    from sfnorch.aws.executions import describe, execution_arn, last_execution, region_of
    from sfnorch.aws.stacks import existing_stack
    from sfnorch.aws.status import machines, main_machine

    session = open_session(region_of(execution) or region, profile)
    arn = execution
    if not execution.startswith("arn:"):
        stack = existing_stack(session.cloudformation, stack_name)
        machine = main_machine(machines(session.cloudformation, stack), stack, machine_name)
        if not execution:
            return session, last_execution(session.stepfunctions, machine.arn)
        arn = execution_arn(machine.arn, execution)
    return session, describe(session.stepfunctions, arn).arn
