"""`sfnorch backfill`: a run for each date of a range, started and followed until all have ended."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import WIDTH, add_account_options, add_stack_option, create_progress_console, open_account
from sfnorch.cli.date_range import add_range_options, parse_date_parameters
from sfnorch.cli.documents import print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.exit_codes import CHILD_FAILED, ERROR, SUCCESS
from sfnorch.cli.options import RequestCommand, add_follow_options, add_output_option
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.app.backfilling import BackfillResult, PlannedBackfill

_EXIT_CODES = {"succeeded": SUCCESS, "work_failed": CHILD_FAILED, "failed": ERROR}


@click.command(
    cls=RequestCommand,
    epilog=format_examples(
        (
            "Run each day of January, three at a time.",
            "sfnorch backfill --from 2026-01-01 --to 2026-01-31 --parallel 3",
        ),
        (
            "Pass the first of each month to a parameter.",
            "sfnorch backfill --from 2025-01-01 --to 2025-12-01 --every 1mo --param month",
        ),
        ("Stop after the first failure.", "sfnorch backfill --from 2026-01-01 --to 2026-01-31 --stop-on-failure"),
    ),
)
@partial(add_range_options, required=True)
@click.option(
    "--param",
    "param_texts",
    multiple=True,
    metavar="NAME[=VALUE]",
    show_default="the only parameter of type date",
    help="Parameter that gets the date, or with a value a parameter that is equal for all dates; can be repeated.",
)
@click.option("--only", multiple=True, metavar="CHILD", help="Child to run, without the others; can be repeated.")
@add_stack_option
@add_follow_options
@add_account_options
@add_output_option
def backfill(
    first: date,
    last: date,
    every: str,
    parallel: int,
    stop_on_failure: bool,
    param_texts: tuple[str, ...],
    only: tuple[str, ...],
    stack_name: str,
    no_wait: bool,
    timeout: float | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Run the stack for each date of a range, and follow it.

    Step Functions runs the dates, so that the command can be stopped. The same command again follows a backfill that
    is running; otherwise it runs the dates that have not succeeded. The exit code is 0 if all dates succeeded, 3 if a
    date failed, and 1 for any other failure.
    """
    from sfnorch.app.backfill_request import BackfillRequest, DateRange
    from sfnorch.app.backfilling import plan_backfill, start_backfill
    from sfnorch.report.followed.backfill import describe_plan

    account = open_account(region, profile)
    param, params = parse_date_parameters(param_texts)
    request = BackfillRequest(
        stack_name=stack_name,
        dates=DateRange(first=first, last=last, every=every),
        param=param,
        params=params,
        only=only,
        parallel=parallel,
        stop_on_failure=stop_on_failure,
    )
    planned = plan_backfill(request, account)
    if output_form == "text":
        following = " The backfill is running already." if planned.is_running else ""
        click.echo(f"{describe_plan(planned.backfill, planned.param)}{following}", err=True)
    planned = start_backfill(planned)
    if no_wait:
        _print_started(planned, output_form)
        return SUCCESS
    return _follow(planned, account, timeout, output_form)


def _print_started(planned: PlannedBackfill, output_form: str) -> None:
    from sfnorch.app.backfilling import BackfillResult
    from sfnorch.report.followed.backfill import convert_backfill

    if output_form == "json":
        print_json(convert_backfill(BackfillResult(planned.backfill, planned.command)))
    elif planned.backfill.execution:
        click.echo(planned.backfill.execution)
        click.echo(f"To follow it, run `{planned.command}`.", err=True)


def _follow(planned: PlannedBackfill, account: AwsAccount, timeout: float | None, output_form: str) -> int:
    from sfnorch.app.backfilling import BackfillNotFollowedError, explain_unfollowed, follow_planned
    from sfnorch.report.followed.backfill import convert_backfill
    from sfnorch.report.followed.backfill_screen import BackfillScreen

    console = create_progress_console() if output_form == "text" else None
    try:
        with BackfillScreen(console, account.clock) as screen:
            result = follow_planned(planned, timeout=timeout, on_event=screen.show)
    except BackfillNotFollowedError as error:
        if output_form == "json":
            print_json(convert_backfill(error.result))
        raise
    _print_result(result, account, output_form)
    if result.end == "running":
        raise explain_unfollowed(result, SfnorchError("The backfill is still running after --timeout"))
    return _EXIT_CODES[result.end]


def _print_result(result: BackfillResult, account: AwsAccount, output_form: str) -> None:
    from sfnorch.console import Console
    from sfnorch.report.followed.backfill import convert_backfill, print_backfill

    if output_form == "json":
        print_json(convert_backfill(result))
        return
    print_backfill(result, Console(width=None if sys.stdout.isatty() else WIDTH), account.now)
