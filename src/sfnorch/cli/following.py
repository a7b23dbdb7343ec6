"""Follow an execution: live at a terminal, otherwise line by line; then print its result."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from itertools import chain
from typing import TYPE_CHECKING

import click
from rich.live import Live

from sfnorch.aws.errors import explained
from sfnorch.aws.polling import Clock
from sfnorch.cli.account import WIDTH, progress_console
from sfnorch.cli.documents import print_json
from sfnorch.cli.exit_codes import CHILD_FAILED
from sfnorch.console import Console
from sfnorch.errors import SfnorchError, with_more
from sfnorch.report.run_tree import (
    news_lines,
    print_failures,
    print_resume,
    rendered,
    started_data,
    titles,
    tree_data,
)
from sfnorch.report.waiting import at_terminal, waiting
from sfnorch.resume_command import resume_command
from sfnorch.runs.resume import can_resume
from sfnorch.runs.run_tree import RunTree

if TYPE_CHECKING:
    from sfnorch.aws.session import Session


def follow_run(
    session: Session,
    arns: list[str],
    output_form: str,
    *,
    stack_name: str = "",
    region: str | None = None,
    profile: str | None = None,
    timeout: float | None = None,
    clock: Clock | None = None,
) -> int:
    """Follow the executions until they end, print the result, and return the exit code of the command.

    The exit code is that of `exit_code`. `region` and `profile` are the values of the options, for the command that
    resumes. `timeout` is in seconds. Raises SfnorchError if an execution is still running after the timeout, after
    Ctrl-C, or after an error of AWS.
    """
    clock = clock or Clock()
    tree = RunTree(session.stepfunctions, arns, clock)
    deadline = None if timeout is None else clock.now() + timeout
    try:
        _show(tree, stack_name, deadline, output_form, clock)
    except Exception as error:
        told = explained(error)
        if told is None:
            raise
        raise _goes_on(tree, told, output_form) from None
    except KeyboardInterrupt:
        raise _goes_on(tree, None, output_form) from None
    commands = [
        resume_command(root.arn, stack_name=stack_name, region=region, profile=profile)
        for root in tree.last_roots
        if can_resume(root)
    ]
    _tell(tree, stack_name, output_form, clock, commands)
    if not tree.ended:
        raise _goes_on(tree, SfnorchError("The execution is still running after --timeout"), "")
    return exit_code(tree)


def exit_code(tree: RunTree) -> int:
    """Return 0 if all succeeded, 3 if a child or a job failed, 1 for any other failure or an aborted execution."""
    if any(root.record.status in ("ABORTED", "TIMED_OUT") for root in tree.roots):
        return 1
    failures = tree.failures()
    if not failures:
        return 0
    of_others = any(failure.job or failure.refused or failure.node not in tree.roots for failure in failures)
    return CHILD_FAILED if of_others else 1


def _show(tree: RunTree, stack_name: str, deadline: float | None, output_form: str, clock: Clock) -> None:
    console = progress_console()
    polls = tree.follow(deadline)
    with waiting("Reading the execution's history"):
        first = next(polls)
    if output_form == "json":
        with waiting("Waiting for the execution to end"):
            for _ in polls:
                pass
    elif not at_terminal():
        for news in chain([first], polls):
            for line in news_lines(news, titles(tree, stack_name)):
                console.print_words(line)
    else:
        with Live(
            get_renderable=lambda: rendered(tree, titles(tree, stack_name), _now(clock), height=console.height - 1),
            console=console,
            refresh_per_second=2,
            transient=True,
        ):
            for _ in polls:
                pass


def _tell(tree: RunTree, stack_name: str, output_form: str, clock: Clock, commands: list[str]) -> None:
    if output_form == "json":
        print_json(tree_data(tree, commands))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    names = titles(tree, stack_name)
    console.print(rendered(tree, names, _now(clock)))
    print_failures(tree.failures(), names, console)
    print_resume(commands, console)


def _now(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.now(), timezone.utc)


def _goes_on(tree: RunTree, told: SfnorchError | None, output_form: str) -> SfnorchError:
    """Return the error for executions that are no longer followed, with the commands that follow and stop them."""
    if output_form == "json":
        print_json(tree_data(tree))
    arns = [root.arn for root in tree.roots if not root.ended]
    says = "The execution continues in AWS and is no longer followed"
    hint = "; ".join(f"follow it with `sfnorch watch {arn}`, or stop it with `sfnorch stop {arn}`" for arn in arns)
    return with_more(told, says, hint=hint)


def print_started(arns: list[str], output_form: str) -> None:
    """Print the ARNs of the executions that were started, and the command that follows each."""
    if output_form == "json":
        print_json(started_data(arns))
        return
    for arn in arns:
        click.echo(arn)
        click.echo(f"To follow it, run `sfnorch watch {arn}`.", err=True)
