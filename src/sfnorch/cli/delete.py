"""`sfnorch delete`: the stack and its resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import (
    add_account_options,
    add_stack_option,
    add_yes_option,
    create_progress_console,
    open_account,
    require_consent,
)
from sfnorch.cli.documents import print_json
from sfnorch.cli.options import add_output_option
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.aws.stacks import Stack


@click.command()
@add_stack_option
@click.option(
    "--retain",
    multiple=True,
    metavar="RESOURCE",
    help="Logical ID of a resource to keep after a deletion that failed; can be repeated.",
)
@add_yes_option
@add_account_options
@add_output_option
def delete(
    stack_name: str, retain: tuple[str, ...], yes: bool, region: str | None, profile: str | None, output_form: str
) -> None:
    """Delete the stack.

    The command prompts for the name of the stack to confirm the deletion. It does not wait for running executions.
    """
    require_consent(yes, output_form, "delete")
    from sfnorch.app.deleting import delete as delete_stack
    from sfnorch.aws.hints import find_hint
    from sfnorch.report.stacks.screen import StackScreen
    from sfnorch.report.stacks.stack import convert_deletion, describe_failed_deletion

    def is_confirmed(stack: Stack) -> bool:
        return yes or click.prompt(f"Type the name of the stack to delete it ({stack_name})", err=True) == stack_name

    account = open_account(region, profile)
    with StackScreen(create_progress_console() if output_form == "text" else None) as screen:
        deletion = delete_stack(stack_name, account, retain=retain, consent=is_confirmed, on_event=screen.show)
    if deletion is None:
        raise SfnorchError(
            "The name does not match: nothing was deleted", hint=f"type {stack_name} to delete the stack"
        )
    if output_form == "json":
        print_json(convert_deletion(deletion, stack_name))
    if not deletion.done:
        raise SfnorchError(
            describe_failed_deletion(deletion, stack_name),
            hint=find_hint(deletion.ending.reason)
            or "fix the cause and delete the stack again, or keep resources with --retain RESOURCE",
        )
    if output_form == "text":
        click.echo(f"{stack_name} is deleted.", err=True)
