"""The execution that a command acts on: by its ARN, by its name, or the last one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sfnorch.cli.account import open_session
from sfnorch.report.waiting import waiting

Function = TypeVar("Function", bound=Callable[..., Any])


def execution_argument(*, required: bool) -> Callable[[Function], Function]:
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
        argument = click.argument("execution", required=required, metavar=metavar, callback=_not_blank)
        return argument(machine(command))

    return decorate


def _not_blank(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():  # an unset variable of a script does not mean the last execution
        raise click.BadParameter("the value is empty; pass the ARN or the name of an execution.", ctx, param)
    return value


def open_execution(
    execution: str | None, stack_name: str, machine_name: str, region: str | None, profile: str | None
) -> tuple[Any, str]:
    """Return the AWS clients for the execution's Region, and its ARN: without a name, that of the last execution.

    Raises SfnorchError if the stack, the state machine or the execution does not exist.
    """
    from sfnorch.aws.stacks import existing_stack
    from sfnorch.aws.status import machines, main_machine
    from sfnorch.runs.executions import find_last_execution, find_machine, make_execution_arn, read_region

    session = open_session(read_region(execution or "") or region, profile)
    with waiting("Looking up the execution"):
        if execution is None or not execution.startswith("arn:"):
            stack = existing_stack(session.cloudformation, stack_name)
            machine = main_machine(machines(session.cloudformation, stack), stack, machine_name)
            if execution is None:
                return session, find_last_execution(session.stepfunctions, machine.arn)
            execution = make_execution_arn(machine.arn, execution)
        find_machine(session.stepfunctions, execution)
    return session, execution
