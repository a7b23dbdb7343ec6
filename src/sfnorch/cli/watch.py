"""`sfnorch watch`: an execution, followed or shown."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.account import add_account_options, add_stack_option, open_account
from sfnorch.cli.execution import add_execution_argument
from sfnorch.cli.options import add_output_option, add_timeout_option
from sfnorch.cli.saving import add_save_option


@click.command()
@add_execution_argument(required=False)
@add_stack_option
@add_timeout_option
@add_save_option
@add_account_options
@add_output_option
def watch(
    execution: str | None,
    machine_name: str,
    stack_name: str,
    timeout: float | None,
    save: Path | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Follow a running execution, or show one that has ended.

    EXECUTION is the ARN of an execution, or its name. The default is the last execution that was started. The exit
    codes are those of `sfnorch run`.
    """
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.watching import watch as watch_execution
    from sfnorch.cli.following import follow_run

    account = open_account(region, profile)
    request = ExecutionRequest(execution=execution, stack_name=stack_name, machine=machine_name)
    return follow_run(
        lambda show: watch_execution(request, account, timeout=timeout, on_event=show),
        account,
        output_form,
        stack_name=stack_name,
        save=save,
    )
