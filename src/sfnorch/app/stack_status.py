"""Read the status of a stack, and follow its operation in progress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.app.stack_updates import ShowUpdate, StackReporter, ignore_update
from sfnorch.aws import stack_events
from sfnorch.aws.stacks import Stack, find_stack, get_stack
from sfnorch.aws.status import LastExecution, Status, read_status
from sfnorch.runs.item_counts import read_item_counts

if TYPE_CHECKING:
    from sfnorch.aws.stack_events import OperationEnd


_RESULTS = "ResultsBucketName"
"""The output of a stack with a bucket for results, which every fan-out has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedStack:
    """A stack after its operation in progress has ended."""

    ending: OperationEnd | None
    """The result of the operation; None if none was in progress."""
    status: Status | None
    """The status of the stack; None if the operation has deleted it."""
    is_creation_undone: bool = False
    """Whether the stack was deleted because its creation failed."""


def read_stack(stack_name: str, account: AwsAccount | None = None) -> Stack:
    """Return the stack: its status, parameters and outputs. Raises SfnorchError if it does not exist."""
    account = account or AwsAccount()
    client = account.session.cloudformation
    with account.waits(f"Reading the stack {stack_name}"):
        return get_stack(client, stack_name)


def status(stack_name: str, account: AwsAccount | None = None) -> Status:
    """Return the stack with its state machines, their last executions, and its alarms, as `sfnorch status` does.

    Raises SfnorchError if the stack does not exist.
    """
    account = account or AwsAccount()
    return _read(read_stack(stack_name, account), account)


def follow_stack(
    stack_name: str, account: AwsAccount | None = None, *, on_event: ShowUpdate = ignore_update
) -> FollowedStack:
    """Follow the operation in progress on the stack until it ends, and return the status of the stack.

    `on_event` gets the events of CloudFormation. Raises SfnorchError if the stack does not exist, and if an error of
    AWS or Ctrl-C ends the following; the operation continues.
    """
    account = account or AwsAccount()
    stack = read_stack(stack_name, account)
    if not stack.in_progress:
        return FollowedStack(ending=None, status=_read(stack, account))
    client = account.session.cloudformation
    reporter = StackReporter(account.waits, on_event)
    reporter.show_line(f"{stack_name} is {stack.status}.")
    with account.waits("Reading the stack's events"):
        operation = stack_events.find_operation_in_progress(client, stack.id)
    ending = stack_events.follow_operation(client, operation, reporter, account.clock)
    with account.waits(f"Reading the stack {stack_name}"):
        ended = find_stack(client, stack.id)
    if ended is None:
        return FollowedStack(ending=ending, status=None, is_creation_undone=stack.status != "DELETE_IN_PROGRESS")
    return FollowedStack(ending=ending, status=_read(ended, account))


def _read(stack: Stack, account: AwsAccount) -> Status:
    session = account.session
    with account.waits("Reading the last executions and the alarms"):
        found = read_status(session.cloudformation, session.stepfunctions, session.cloudwatch, stack)
        if any(alarm.has_duration for alarm in found.alarms):
            from sfnorch.app.next_deadlines import add_deadlines  # few stacks have deadlines

            found = add_deadlines(found, account)
        if _RESULTS not in stack.outputs:
            return found
        return replace(found, executions=tuple(_count_items(execution, account) for execution in found.executions))


def _count_items(execution: LastExecution, account: AwsAccount) -> LastExecution:
    """Return the execution with the numbers of its items if it is a fan-out."""
    counts = read_item_counts(account.session.stepfunctions, execution.machine.arn, execution.arn, account.clock)
    return replace(execution, items=counts)
