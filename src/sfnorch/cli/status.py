"""`sfnorch status`: the status of the stack, its executions, and its alarms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import (
    add_account_options,
    add_stack_option,
    create_progress_console,
    find_planned_stack_name,
    open_account,
)
from sfnorch.cli.documents import print_json
from sfnorch.cli.execution import add_execution_argument
from sfnorch.cli.options import add_output_option
from sfnorch.cli.several import SeveralPlansCommand, get_part, report_result
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.report.plan_results import PlanResult


class StatusCommand(SeveralPlansCommand):
    """The command, which shows several stacks in one table."""

    accepts_all_environments = True
    for_one_plan = ("stack_name", "follow", "execution", "save_failures")
    shows_details = False

    def choose_parameters(self, given: dict[str, Any], part: PlanResult) -> dict[str, Any]:
        """Return the parameters with the name of the part's stack. Raises SfnorchError if it is unknown."""
        return {**given, "stack_name": find_planned_stack_name(part.plan)}


@click.command(cls=StatusCommand)
@add_execution_argument(required=False)
@add_stack_option
@click.option("--follow", is_flag=True, help="Follow a running operation on the stack until it ends.")
@click.option(
    "--save-failures",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV file for all failed items of an execution of a fan-out.",
)
@add_account_options
@add_output_option
def status(
    execution: str | None,
    machine_name: str,
    stack_name: str,
    follow: bool,
    save_failures: Path | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> None:
    """Show the stack, its last executions, and its alarms.

    With --save-failures, write the failed items of a fan-out to a file instead. EXECUTION is the ARN of an execution,
    or its name; the default is the last execution that was started.
    """
    from sfnorch.app.stack_status import FollowedStack, follow_stack
    from sfnorch.app.stack_status import status as read_status
    from sfnorch.console import Console
    from sfnorch.report.stacks.ending import suggest_fix
    from sfnorch.report.stacks.screen import StackScreen
    from sfnorch.report.stacks.stack import describe_failure
    from sfnorch.report.stacks.status import convert_deleted_status, convert_status, print_status, summarize_status

    account = open_account(region, profile)
    if save_failures is not None:
        _save_failures(execution, machine_name, stack_name, save_failures, account, follow=follow, form=output_form)
        return
    if execution is not None or machine_name:
        raise click.UsageError("an execution requires --save-failures; `sfnorch watch EXECUTION` shows an execution.")
    if follow:
        with StackScreen(create_progress_console() if output_form == "text" else None) as screen:
            found = follow_stack(stack_name, account, on_event=screen.show)
    else:
        found = FollowedStack(ending=None, status=read_status(stack_name, account))
    has_failed = found.is_creation_undone or (found.status and found.ending and found.ending.failed)
    if found.status:
        report_result(found.status.stack.status, cells=summarize_status(found.status))
    if output_form == "json" and found.status:
        print_json(convert_status(found.status, found.ending))
    elif output_form == "json" and found.ending:
        print_json(convert_deleted_status(stack_name, found.ending, failed=found.is_creation_undone))
    elif found.status:
        if not get_part():  # the table has its status
            print_status(found.status, Console(), account.now)
    elif not has_failed:
        create_progress_console().print(f"{stack_name} is deleted.", soft_wrap=True)
    if has_failed and found.ending:
        raise SfnorchError(describe_failure(found.ending, stack_name), hint=suggest_fix(found.ending))


def _save_failures(
    execution: str | None,
    machine: str,
    stack_name: str,
    path: Path,
    account: AwsAccount,
    *,
    follow: bool,
    form: str,
) -> None:
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.cli.saving_failures import save_failures

    if follow or form == "json":
        raise click.UsageError(f"--save-failures excludes {'--follow' if follow else '--output json'}.")
    save_failures(ExecutionRequest(execution=execution, stack_name=stack_name, machine=machine), path, account)
