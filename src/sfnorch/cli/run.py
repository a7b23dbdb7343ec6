"""`sfnorch run`: an execution, started and followed until it ends."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.account import add_account_options, add_stack_option, open_account
from sfnorch.cli.documents import parse_json_object
from sfnorch.cli.examples import format_examples
from sfnorch.cli.exit_codes import SUCCESS
from sfnorch.cli.options import JOBS, JobList, RequestCommand, add_follow_options, add_output_option
from sfnorch.cli.parameter_type import ParameterType
from sfnorch.cli.run_parameters import add_param_options, parse_params
from sfnorch.cli.saving import add_save_option, require_wait


class ThreadParameter(ParameterType[tuple[str, tuple[str, ...]]]):
    """The ID of a thread and its jobs: `THREAD=JOB[,JOB...]`."""

    name = "t1=a,b"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """Return the ID of the thread, and the names of its jobs."""
        if isinstance(value, tuple):
            return value
        thread, equals, jobs = str(value).partition("=")
        if not equals or not thread.strip():
            self.fail(f"{value!r} is not of the form THREAD={JOBS}", param, ctx)
        return thread.strip(), JobList().convert(jobs, param, ctx)


def _check_execution_name(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from sfnorch.runs.executions import NAME

    if value and not NAME.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} is not a valid name; use 1 to 80 letters, digits, hyphens and underscores.", ctx, param
        )
    return value


@click.command(
    cls=RequestCommand,
    epilog=format_examples(
        ("Start the master of the stack, and follow the execution.", "sfnorch run --stack-name nightly-etl"),
        ("Run one child with other jobs.", "sfnorch run --only child-2 --thread child-2=extract,load"),
        ("Run with another value of a parameter.", "sfnorch run --param run_date=2026-01-31"),
        ("Start an execution with an input from a file, and exit.", "sfnorch run --input @input.json --no-wait"),
    ),
)
@add_stack_option
@click.option(
    "--machine",
    "machine_name",
    metavar="NAME",
    default="",
    show_default="master, or the only one",
    help="State machine to start.",
)
@click.option(
    "--thread",
    "threads",
    type=ThreadParameter(),
    multiple=True,
    metavar=f"THREAD={JOBS}",
    help="Jobs of a child, where THREAD is its name, or T2 for the second child; can be repeated.",
)
@click.option("--only", multiple=True, metavar="CHILD", help="Child to run, without the others; can be repeated.")
@add_param_options
@click.option(
    "--input", "given", metavar="JSON|@FILE", help="Input of the execution: a JSON object, or @FILE with one."
)
@click.option(
    "--name",
    metavar="NAME",
    default="",
    callback=_check_execution_name,
    help="Name of the execution.",
    show_default="the time and random characters",
)
@add_follow_options
@add_save_option
@add_account_options
@add_output_option
def run(
    stack_name: str,
    machine_name: str,
    threads: tuple[tuple[str, tuple[str, ...]], ...],
    only: tuple[str, ...],
    param_texts: tuple[str, ...],
    params_text: str | None,
    given: str | None,
    name: str,
    no_wait: bool,
    timeout: float | None,
    save: Path | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Start an execution, and follow it until it ends.

    In a stack without a master, the command starts one execution for each --thread, all of them in parallel. The exit
    code is 0 if all executions succeeded, 3 if a child or a job failed, and 1 for any other failure.
    """
    require_wait(save, no_wait=no_wait)
    if given is not None and (threads or only):
        raise click.UsageError("--input cannot be combined with --thread or --only.")
    document = None if given is None else parse_json_object(given)
    params = parse_params(param_texts, params_text)
    by_id = dict(threads)
    if len(by_id) < len(threads):
        raise click.UsageError("--thread: duplicate ID of a thread; use each ID once.")
    from sfnorch.app.running import RunRequest, start_run
    from sfnorch.app.watching import follow_executions
    from sfnorch.cli.following import follow_run, print_started

    account = open_account(region, profile)
    request = RunRequest(
        stack_name=stack_name,
        machine=machine_name,
        threads=by_id,
        only=only,
        params=params,
        execution_input=document,
        name=name,
    )
    arns = start_run(request, account)
    if no_wait:
        print_started(arns, output_form)
        return SUCCESS
    return follow_run(
        lambda show: follow_executions(arns, account, timeout=timeout, on_event=show),
        account,
        output_form,
        stack_name=stack_name,
        save=save,
    )
