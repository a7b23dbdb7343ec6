"""`sfnorch stop`: an execution, its child executions, and their job runs."""

from __future__ import annotations

import click

from sfnorch.cli.account import add_account_options, add_stack_option, open_account
from sfnorch.cli.documents import print_json
from sfnorch.cli.execution import add_execution_argument
from sfnorch.cli.options import add_output_option
from sfnorch.errors import SfnorchError


@click.command()
@add_execution_argument(required=True)
@add_stack_option
@click.option(
    "--cause",
    metavar="TEXT",
    default="stopped by sfnorch stop",
    show_default=True,
    help="Cause to record in the execution history.",
)
@add_account_options
@add_output_option
def stop(
    execution: str,
    machine_name: str,
    stack_name: str,
    cause: str,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> None:
    """Stop an execution, its child executions, and their job runs.

    EXECUTION is the ARN of an execution, or its name. The command also stops the SQL statements, the queries in
    Athena and the Glue workflow runs of the execution. It does not change what has already ended.
    """
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.stopping import stop as stop_execution
    from sfnorch.report.followed.document import convert_stopped

    request = ExecutionRequest(execution=execution, stack_name=stack_name, machine=machine_name)
    stopped = stop_execution(request, open_account(region, profile), cause=cause)
    if output_form == "json":
        print_json(convert_stopped(stopped))
    else:
        for stopped_arn in stopped.executions:
            click.echo(f"stopped {stopped_arn}")
        for job, run_id in stopped.job_runs:
            click.echo(f"stopped the job run {run_id} of {job}")
        for workflow, run_id in stopped.workflow_runs:
            click.echo(f"stopped the run {run_id} of the Glue workflow {workflow}")
        for statement, run_id in stopped.statements:
            click.echo(f"cancelled the statement {run_id} of {statement}")
        for query, run_id in stopped.queries:
            click.echo(f"stopped the query {run_id} of {query}")
        if not stopped.is_anything:
            click.echo("The execution has already ended: nothing was stopped.", err=True)
    if stopped.failed:
        raise SfnorchError("\n".join(stopped.failed), hint="check what is still running with `sfnorch watch`")
