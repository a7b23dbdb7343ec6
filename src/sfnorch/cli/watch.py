"""`sfnorch watch`: an execution followed, or shown."""

from __future__ import annotations

import click

from sfnorch.cli.account import account_options, stack_option
from sfnorch.cli.execution import execution_argument, open_execution
from sfnorch.cli.options import Duration, output_option


@click.command()
@execution_argument(required=False)
@stack_option
@click.option("--timeout", type=Duration(), metavar="2H", help="Follow it no longer; the run itself goes on.")
@account_options
@output_option
def watch(
    execution: str | None,
    machine_name: str,
    stack_name: str,
    timeout: float | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Follow an execution, or show one that has ended.

    EXECUTION is an ARN, or a name in the stack; without one it is the last that was started. The exit code is that of
    `sfnorch run`.
    """
    session, arn = open_execution(execution, stack_name, machine_name, region, profile)
    from sfnorch.cli.following import follow_run

    return follow_run(
        session, [arn], output_form, stack_name=stack_name, region=region, profile=profile, timeout=timeout
    )
