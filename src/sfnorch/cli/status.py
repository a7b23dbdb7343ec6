"""`sfnorch status`: what a stack is at."""

from __future__ import annotations

import json

import click

from sfnorch.cli.account import account_options, open_session, progress_console, stack_option
from sfnorch.cli.options import output_option


@click.command()
@stack_option
@click.option("--follow", is_flag=True, help="Follow an operation that is under way to its end.")
@account_options
@output_option
def status(stack_name: str, follow: bool, region: str | None, profile: str | None, output_form: str) -> None:
    """Show the stack, its machines with their last executions, and its alarms."""
    from datetime import datetime, timezone

    from rich.console import Console

    from sfnorch.aws import stack_events
    from sfnorch.aws.polling import Clock
    from sfnorch.aws.stacks import existing_stack, find_stack
    from sfnorch.aws.status import status as status_of
    from sfnorch.report.onlooker import Screen
    from sfnorch.report.status import print_status, status_data

    session = open_session(region, profile)
    client = session.cloudformation
    stack = existing_stack(client, stack_name)
    if follow and stack.in_progress:
        screen = Screen(console=progress_console() if output_form == "text" else None)
        screen.says(f"{stack_name} is {stack.status}.")
        stack_events.follow(client, stack_events.latest(client, stack.id), screen, Clock())
        ended = find_stack(client, stack.id)
        if ended is None:
            click.echo(json.dumps(None) if output_form == "json" else f"{stack_name} is deleted.")
            return
        stack = ended
    found = status_of(client, session.stepfunctions, session.cloudwatch, stack)
    if output_form == "json":
        click.echo(json.dumps(status_data(found), indent=2, ensure_ascii=False))
    else:
        print_status(found, Console(highlight=False), datetime.now(timezone.utc))
