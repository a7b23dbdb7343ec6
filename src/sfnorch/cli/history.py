"""`sfnorch history`: how long executions and Glue jobs took, and how often they failed."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.account import add_account_options, add_stack_option, open_account
from sfnorch.cli.documents import print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import RequestCommand, add_output_option
from sfnorch.report.progress_bar import show_progress_bar


@click.command(
    cls=RequestCommand,
    epilog=format_examples(
        ("Show the history since the last 30 executions.", "sfnorch history"),
        (
            "Save the history since the last 100 executions for forecasts.",
            "sfnorch history --last 100 --save durations.yaml",
        ),
    ),
)
@add_stack_option
@click.option(
    "--last",
    type=int,
    metavar="NUMBER",
    default=30,
    show_default=True,
    help="Number of executions of the main state machine; runs of the Glue jobs are read since the oldest of them.",
)
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="YAML file for the recorded runs, which sfnorch simulate --durations reads.",
)
@add_account_options
@add_output_option
def history(
    stack_name: str, last: int, save: Path | None, region: str | None, profile: str | None, output_form: str
) -> None:
    """Show how long executions and Glue jobs took.

    The command also shows how often they failed, and what the jobs used. It reads the last executions of the deployed
    stack that have ended, and all runs of its Glue jobs since the oldest of them started. Glue keeps runs for 90 days.
    """
    from sfnorch.app.reading_history import read_history
    from sfnorch.console import Console
    from sfnorch.job_history.files import format_durations
    from sfnorch.report.history import convert_history, print_history

    with show_progress_bar("Reading the runs of Glue jobs") as show:
        found = read_history(stack_name, open_account(region, profile), last_executions=last, on_progress=show)
    if output_form == "text":  # before an error of the file: to read all runs can take minutes
        print_history(found, Console())
    if save is not None:
        write_whole(save, format_durations(found.build_durations()))
    if output_form == "json":
        print_json(convert_history(found, None if save is None else str(save)))
