"""`sfnorch status`: the status of the stack, its executions, and its alarms."""

from __future__ import annotations

import click

from sfnorch.cli.account import account_options, open_session, progress_console, stack_option
from sfnorch.cli.documents import print_json
from sfnorch.cli.options import output_option
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting


@click.command()
@stack_option
@click.option("--follow", is_flag=True, help="Follow a running operation on the stack until it ends.")
@account_options
@output_option
def status(stack_name: str, follow: bool, region: str | None, profile: str | None, output_form: str) -> None:
    """Show the stack, its last executions, and its alarms."""
    from datetime import datetime, timezone

    from sfnorch.aws import stack_events
    from sfnorch.aws.hints import hint
    from sfnorch.aws.polling import Clock
    from sfnorch.aws.stacks import existing_stack, find_stack
    from sfnorch.aws.status import status as status_of
    from sfnorch.console import Console
    from sfnorch.report.onlooker import Screen
    from sfnorch.report.stack import failure_words
    from sfnorch.report.status import gone_data, print_status, status_data

    ending = None
    session = open_session(region, profile)
    with waiting(f"Reading the stack {stack_name}"):
        client = session.cloudformation
        stack = existing_stack(client, stack_name)
    if follow and stack.in_progress:
        screen = Screen(console=progress_console() if output_form == "text" else None)
        screen.says(f"{stack_name} is {stack.status}.")
        with waiting("Reading the stack's events"):
            operation = stack_events.under_way(client, stack.id)
        ending = stack_events.follow(client, operation, screen, Clock())
        with waiting(f"Reading the stack {stack_name}"):
            ended = find_stack(client, stack.id)
        if ended is None:
            failed = stack.status != "DELETE_IN_PROGRESS"  # --on-failure delete: the creation failed
            if output_form == "json":
                print_json(gone_data(stack_name, ending, failed=failed))
            if failed:
                raise SfnorchError(failure_words(ending, stack_name), hint=hint(ending.reason))
            screen.says(f"{stack_name} is deleted.")
            return
        stack = ended
    with waiting("Reading the last executions and the alarms"):
        found = status_of(client, session.stepfunctions, session.cloudwatch, stack)
    if output_form == "json":
        print_json(status_data(found, ending))
    else:
        print_status(found, Console(), datetime.now(timezone.utc))
    if ending is not None and ending.failed:
        raise SfnorchError(failure_words(ending, stack_name), hint=hint(ending.reason))
