"""Follow an execution, print its result, and choose the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.app.watching import NotFollowedError, RunResult, ShowProgress, explain_continuation
from sfnorch.cli.account import WIDTH, create_progress_console
from sfnorch.cli.documents import print_json
from sfnorch.cli.exit_codes import CHILD_FAILED, ERROR, SUCCESS
from sfnorch.cli.saving import save_run
from sfnorch.console import Console
from sfnorch.errors import SfnorchError
from sfnorch.report.followed.document import convert_started, convert_tree
from sfnorch.report.followed.news import print_failures, print_resume
from sfnorch.report.followed.screen import RunScreen
from sfnorch.report.followed.titles import build_titles
from sfnorch.report.followed.tree import render_tree
from sfnorch.resume_command import build_resume_command

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.documents.executions import ResumptionData
    from sfnorch.report.pictures.drawn_run import DrawnRun

_EXIT_CODES = {"succeeded": SUCCESS, "work_failed": CHILD_FAILED, "failed": ERROR}


def follow_run(
    follow: Callable[[ShowProgress], RunResult],
    account: AwsAccount,
    output_form: str,
    *,
    stack_name: str = "",
    resumption: ResumptionData | None = None,
    save: Path | None = None,
) -> int:
    """Follow the executions until they end, print the result, and return the exit code of the command.

    `follow` is the use case, which gets what shows its progress; `account` has the options for the command that
    resumes; `resumption` is how the executions resume another one; `save` is a file for a report. Raises SfnorchError
    if an execution is still running after the timeout, after Ctrl-C, or after an error of AWS.
    """
    console = create_progress_console() if output_form == "text" else None
    try:
        with RunScreen(console, stack_name, account.clock) as screen:
            result = follow(screen.show)
    except NotFollowedError as error:
        if output_form == "json":
            print_json(convert_tree(error.tree, resumption=resumption))
        if save is not None:
            _save(RunResult(error.tree), account, stack_name, save)
        raise
    _print_result(result, account, stack_name, output_form, resumption)
    if save is not None:
        _save(result, account, stack_name, save)
    if result.end == "running":
        timeout = SfnorchError("The execution is still running after --timeout")
        raise explain_continuation(result.tree, timeout)
    return _EXIT_CODES[result.end]


def _print_result(
    result: RunResult, account: AwsAccount, stack_name: str, output_form: str, resumption: ResumptionData | None
) -> None:
    if output_form == "json":
        print_json(convert_tree(result.tree, _list_resume_commands(result, account, stack_name), resumption))
        return
    _print_text(result, account, stack_name, Console(width=None if sys.stdout.isatty() else WIDTH))


def _print_text(result: RunResult, account: AwsAccount, stack_name: str, console: Console) -> None:
    names = build_titles(result.tree, stack_name)
    console.print(render_tree(result.tree, names, account.now.astimezone()))
    print_failures(result.failures, names, console)
    print_resume(_list_resume_commands(result, account, stack_name), console)


def _list_resume_commands(result: RunResult, account: AwsAccount, stack_name: str) -> list[str]:
    return [
        build_resume_command(arn, stack_name=stack_name, region=account.region, profile=account.profile)
        for arn in result.resumable
    ]


def _save(result: RunResult, account: AwsAccount, stack_name: str, path: Path) -> None:
    """Save the executions as a report, a chart or text."""
    from sfnorch.app.run_alarms import read_run_alarms  # few commands save a run
    from sfnorch.app.run_definitions import read_definitions
    from sfnorch.report.pictures.followed import draw_tree

    def draw() -> DrawnRun:
        return draw_tree(
            result.tree,
            build_titles(result.tree, stack_name),
            account.now,
            definitions=read_definitions(result.tree, account) if path.suffix == ".html" else {},
            alarms=read_run_alarms(result.tree, account),
            resume=_list_resume_commands(result, account, stack_name),
        )

    save_run(path, draw, partial(_print_text, result, account, stack_name), width=WIDTH)


def print_started(arns: Sequence[str], output_form: str, resumption: ResumptionData | None = None) -> None:
    """Print the ARNs of the executions that were started, and the command that follows each."""
    if output_form == "json":
        print_json(convert_started(arns, resumption))
        return
    for arn in arns:
        click.echo(arn)
        click.echo(f"To follow it, run `sfnorch watch {arn}`.", err=True)
