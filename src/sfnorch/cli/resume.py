"""`sfnorch resume`: a failed execution, resumed from the job that failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import (
    add_account_options,
    add_stack_option,
    add_yes_option,
    can_ask,
    open_account,
    require_consent,
)
from sfnorch.cli.examples import format_examples
from sfnorch.cli.execution import add_execution_argument
from sfnorch.cli.exit_codes import ERROR, SUCCESS
from sfnorch.cli.options import add_follow_options, add_output_option
from sfnorch.cli.saving import add_save_option, require_wait

if TYPE_CHECKING:
    from sfnorch.app.resuming import PlannedResume
    from sfnorch.documents.executions import ResumptionData


@click.command(
    epilog=format_examples(
        ("Resume the last execution of the stack.", "sfnorch resume --stack-name nightly-etl"),
        (
            "Resume an execution by its name, without a prompt and without following it.",
            "sfnorch resume 20260131-030000-a1b2c3 --yes --no-wait",
        ),
    )
)
@add_execution_argument(required=False)
@add_stack_option
@add_follow_options
@add_save_option
@add_yes_option
@add_account_options
@add_output_option
def resume(
    execution: str | None,
    machine_name: str,
    stack_name: str,
    no_wait: bool,
    timeout: float | None,
    save: Path | None,
    yes: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Resume a failed execution from the job that failed.

    The command starts a new execution of the same state machine. It skips children that succeeded. A child that failed
    runs the job that failed and the jobs after it. Of a fan-out, the items that did not succeed run, each from its
    failed job. EXECUTION is the ARN of an execution, or its name. The default is the last execution that was started.
    """
    require_wait(save, no_wait=no_wait)
    require_consent(yes, output_form, "resume")
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.resuming import plan_resume, start_resume
    from sfnorch.app.watching import follow_executions
    from sfnorch.cli.following import follow_run, print_started

    account = open_account(region, profile)
    request = ExecutionRequest(execution=execution, stack_name=stack_name, machine=machine_name)
    planned = plan_resume(request, account, on_warning=lambda text: click.echo(f"warning: {text}", err=True))
    if output_form == "text":
        _print_resumption(planned)
    if not yes and not (can_ask(output_form) and click.confirm("Start this execution?", err=True)):
        click.echo("Nothing was started.", err=True)
        return ERROR
    started, resumption = [start_resume(planned)], _convert_method(planned)
    if no_wait:
        print_started(started, output_form, resumption)
        return SUCCESS
    return follow_run(
        lambda show: follow_executions(started, planned.found.account, timeout=timeout, on_event=show),
        account,
        output_form,
        stack_name=stack_name,
        resumption=resumption,
        save=save,
    )


def _convert_method(planned: PlannedResume) -> ResumptionData | None:
    """Return how the items of a fan-out are resumed, as data; None for other patterns."""
    if not planned.reason:
        return None
    return {"method": "redrive" if planned.is_redrive else "execution", "reason": planned.reason}


def _print_resumption(planned: PlannedResume) -> None:
    from sfnorch.report.run_context import list_run_lines

    for line in list_run_lines(planned.run, planned.params):
        click.echo(line, err=True)
    for child, jobs in planned.jobs.items():
        click.echo(f"{child}: {' → '.join(jobs) or planned.resumption.as_planned}", err=True)
    if planned.reason:
        click.echo(f"{'redrive' if planned.is_redrive else 'new execution'}: {planned.reason}.", err=True)
    if planned.skipped:
        click.echo(f"skipped: {', '.join(planned.skipped)}", err=True)
