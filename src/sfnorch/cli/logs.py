"""`sfnorch logs`: the error logs of failed Glue jobs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import WIDTH, add_account_options, add_stack_option, open_account
from sfnorch.cli.execution import add_execution_argument
from sfnorch.cli.exit_codes import ERROR, SUCCESS
from sfnorch.cli.options import add_output_option

if TYPE_CHECKING:
    from sfnorch.app.reading_logs import RunLogs
    from sfnorch.runs.job_logs import ErrorLog
    from sfnorch.runs.run_tree import RunTree


@click.command()
@add_execution_argument(required=False)
@add_stack_option
@click.option(
    "--tail",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    metavar="COUNT",
    help="Log events to print from the end of each log; 0 prints all.",
)
@click.option("--all-jobs", is_flag=True, help="Print the logs of all job runs, not only of those that failed.")
@click.option("--executors", is_flag=True, help="Also print the log streams of the executors of Spark jobs.")
@add_account_options
@add_output_option
def logs(
    execution: str | None,
    machine_name: str,
    stack_name: str,
    tail: int,
    all_jobs: bool,
    executors: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Print the Glue error logs of the failed jobs of an execution.

    EXECUTION is the ARN of an execution, or its name. The default is the last execution that was started. The exit
    code is 0 if a log was printed or no job failed, and 1 if no log exists or a log cannot be read.
    """
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.reading_logs import read_logs
    from sfnorch.cli.documents import print_json
    from sfnorch.errors import SfnorchError
    from sfnorch.report.followed.job_logs import convert_logs

    request = ExecutionRequest(execution=execution, stack_name=stack_name, machine=machine_name)
    account = open_account(region, profile)
    read = read_logs(request, account, tail=tail, all_jobs=all_jobs, executors=executors)
    if output_form == "json":
        found = list(read)
        print_json(convert_logs(read.execution, found))
    else:
        found = _print_each(read, stack_name)
    if read.unread_items:
        click.echo(f"The logs of {read.unread_items:,} more items that failed are not printed.", err=True)
    if not read.runs:
        click.echo(_explain_no_job(read.tree, all_jobs=all_jobs), err=True)
        return SUCCESS
    if faults := [log for log in found if log.fault]:
        hint = "; ".join(dict.fromkeys(log.hint for log in faults if log.hint))
        raise SfnorchError("\n".join(f"{log.run.job}: {log.fault}" for log in faults), hint=hint)
    return SUCCESS if any(log.events for log in found) else ERROR


def _print_each(read: RunLogs, stack_name: str) -> list[ErrorLog]:
    """Print each log as soon as it is read, and return all logs."""
    from sfnorch.console import Console
    from sfnorch.report.followed.job_logs import print_log
    from sfnorch.report.followed.titles import build_titles

    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    names = build_titles(read.tree, stack_name)
    found: list[ErrorLog] = []
    for log in read:
        if found:
            console.print()
        print_log(log, names, console)
        found.append(log)
    return found


def _explain_no_job(tree: RunTree, *, all_jobs: bool) -> str:
    """Return the message for an execution without job runs to print."""
    words = "No Glue job was started" if all_jobs else "No Glue job failed"
    if not tree.ended:
        return f"{words} so far; the execution is still running."
    failures = [failure.message for failure in tree.find_failures()]
    return f"{words}. The execution failed: {'; '.join(failures)}" if failures else f"{words}."
