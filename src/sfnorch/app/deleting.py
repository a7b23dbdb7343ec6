"""Delete a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sfnorch.app.account import AwsAccount
from sfnorch.app.stack_updates import ShowUpdate, StackReporter, ignore_update
from sfnorch.aws.deletion import Deletion, delete_stack
from sfnorch.aws.stacks import Stack, get_stack


def delete(
    stack_name: str,
    account: AwsAccount | None = None,
    *,
    retain: Sequence[str] = (),
    consent: Callable[[Stack], bool] = lambda _: True,
    on_event: ShowUpdate = ignore_update,
) -> Deletion | None:
    """Delete the stack with its resources, as `sfnorch delete` does, and return the result.

    `retain` are logical IDs of resources to keep after a deletion that failed. `consent` returns whether the stack that
    was found is deleted; if it is not, the result is None. `on_event` gets the events of CloudFormation.

    Raises SfnorchError if the stack does not exist, is protected, or another operation on it is in progress.
    """
    account = account or AwsAccount()
    client = account.session.cloudformation
    with account.waits(f"Reading the stack {stack_name}"):
        stack = get_stack(client, stack_name)
    if not consent(stack):
        return None
    reporter = StackReporter(account.waits, on_event)
    return delete_stack(client, stack, reporter, account.clock, account.make_nonce, retain=retain)
