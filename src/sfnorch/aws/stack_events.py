"""Read the events of one operation on a stack: each once, oldest first, without those of other operations.

CloudFormation returns a stack's events of all operations, newest first, in pages. The events of an operation contain
its token and its id.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from sfnorch.aws.errors import explain_error
from sfnorch.aws.events import StackEvent, convert_event, read_newest_first
from sfnorch.aws.polling import Backoff, Clock, add_retries
from sfnorch.aws.root_cause import FailedResource, find_root_cause, list_failed_resources
from sfnorch.aws.stacks import REVIEW_STATUS, ROLLBACK_FAILED, find_stack
from sfnorch.errors import SfnorchError, extend_error

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

_BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
_TAKEN_BACK = ("UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS")
_QUIET = 10
"""After this number of polls without an event, the status of the stack is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation on a stack, and how its events are recognized. `after` is the newest event before it."""

    stack_id: str
    token: str = ""
    operation_id: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEnd:
    """The result of an operation: the stack's status, and the first failure with AWS's reason, if any."""

    status: str
    resource: str = ""
    type: str = ""
    reason: str = ""
    nested: tuple[str, ...] = ()
    """The logical IDs of the nested stacks that contain the resource, the outermost first."""
    not_rolled_back: tuple[FailedResource, ...] = ()
    """The resources that could not be rolled back, if the stack is UPDATE_ROLLBACK_FAILED."""

    @property
    def failed(self) -> bool:
        """Return whether the operation failed or was rolled back."""
        return "FAILED" in self.status or "ROLLBACK" in self.status


class EventObserver(Protocol):
    """Receives the events of an operation."""

    def show_events(self, batches: Iterable[tuple[StackEvent, ...]], resources: int) -> None:
        """Show events until the operation ends. `resources`: about how many resources change, 0 if unknown."""

    def show_wait(self, words: str) -> AbstractContextManager[None]:
        """Show what is waited for while the block runs."""


def prepare_operation(client: CloudFormationClient, stack_id: str, token: str) -> Operation:
    """Return the operation that starts next with this token."""
    newest = next(iter(client.describe_stack_events(StackName=stack_id)["StackEvents"]), None)
    return Operation(stack_id=stack_id, token=token, after=newest["EventId"] if newest else "")


def has_begun(client: CloudFormationClient, operation: Operation) -> bool:
    """Return whether one of the stack's events since the operation was prepared contains its token."""
    for row in read_newest_first(client, operation.stack_id):
        if row["EventId"] == operation.after:
            break
        if row.get("ClientRequestToken") == operation.token:
            return True
    return False


def has_stale_events(client: CloudFormationClient, stack_id: str) -> bool:
    """Return whether the newest event of the stack is older than its operation in progress."""
    newest = next(read_newest_first(client, stack_id), None)
    if newest is None:
        return True
    status = newest.get("ResourceStatus", "")
    is_of_stack = newest["PhysicalResourceId"] == stack_id
    return is_of_stack and (status == REVIEW_STATUS or not status.endswith("IN_PROGRESS"))


def find_operation_in_progress(client: CloudFormationClient, stack_id: str) -> Operation:
    """Return the stack's operation in progress, also if someone else started it."""
    rows = read_newest_first(client, stack_id)
    first = next(rows, None)
    if first is None:
        return Operation(stack_id=stack_id)
    token, operation_id = first.get("ClientRequestToken", ""), first.get("OperationId", "")
    if first["PhysicalResourceId"] == stack_id and not first.get("ResourceStatus", "").endswith("IN_PROGRESS"):
        return Operation(stack_id=stack_id, after=first["EventId"])  # it has ended; the next one's events lag behind
    if token or operation_id:
        own = (token, operation_id)
        before = next(
            (row for row in rows if (row.get("ClientRequestToken", ""), row.get("OperationId", "")) != own), None
        )
    else:
        begun = next((row for row in chain((first,), rows) if _is_beginning(row)), None)
        before = next(rows, None) if begun else None
    after = before["EventId"] if before else ""
    return Operation(stack_id=stack_id, token=token, operation_id=operation_id, after=after)


class OperationFollower:
    """Follows an operation until it ends: `batches` are the events of each poll, `status` is the final status."""

    def __init__(
        self,
        client: CloudFormationClient,
        operation: Operation,
        clock: Clock,
    ) -> None:
        self.status = ""
        self._client = client
        self._operation = operation
        self._seen = {operation.after}
        self._tokens = {operation.token}
        self._pace = Backoff(clock, first=0.3, longest=3.0)
        self._read = add_retries(self._read_new_events, clock)
        self._find = add_retries(find_stack, clock)

    def poll_batches(self) -> Iterator[tuple[StackEvent, ...]]:
        """Yield the new events of each poll, oldest first and possibly none, until the operation has ended."""
        quiet = 0
        while True:
            events = self._read()
            quiet = 0 if events else quiet + 1
            of_stack = [event for event in events if event.of_stack]
            if of_stack and not of_stack[-1].status.endswith("IN_PROGRESS"):
                self.status = of_stack[-1].status
            elif quiet >= _QUIET:
                quiet = 0
                self.status = self._find_final_status()
            yield events
            if self.status:
                return
            self._pace.wait(changed=bool(events))

    def _find_final_status(self) -> str:
        stack = self._find(self._client, self._operation.stack_id)
        if stack is None:
            return "DELETE_COMPLETE"
        return "" if stack.status.endswith("IN_PROGRESS") else stack.status

    def _read_new_events(self) -> tuple[StackEvent, ...]:
        """Return the operation's new events. Reads pages only as far back as they contain new events.

        Events are kept only after all pages are read, so that a poll that fails within its pages loses nothing.
        """
        found = []
        for row in read_newest_first(self._client, self._operation.stack_id):
            if row["EventId"] in self._seen:
                break
            found.append(row)
        self._seen.update(row["EventId"] for row in found)
        return tuple(convert_event(row) for row in reversed(found) if self._is_own(row))

    def _is_own(self, row: StackEventTypeDef) -> bool:
        """Return whether the event belongs to this operation: by token, otherwise by id, otherwise by time.

        After CancelUpdateStack by someone else, the operation continues with that call's token.
        """
        token, operation_id = row.get("ClientRequestToken", ""), row.get("OperationId", "")
        if self._operation.token and token:
            if row["PhysicalResourceId"] == row["StackId"] and row.get("ResourceStatus") in _TAKEN_BACK:
                self._tokens.add(token)
            return token in self._tokens
        if self._operation.operation_id and operation_id:
            return self._operation.operation_id == operation_id
        return True


def follow_operation(
    client: CloudFormationClient, operation: Operation, audience: EventObserver, clock: Clock, *, resources: int = 0
) -> OperationEnd:
    """Follow the operation until it ends, show its events to the audience, and return the result."""
    following = OperationFollower(client, operation, clock)
    failed: list[StackEvent] = []
    taken_back: list[StackEvent] = []

    def collect_batches() -> Iterator[tuple[StackEvent, ...]]:
        for events in following.poll_batches():
            failed.extend(event for event in events if event.failed)
            taken_back.extend(event for event in events if event.of_stack and "ROLLBACK_IN" in event.status)
            yield events

    try:
        audience.show_events(collect_batches(), resources)
    except (KeyboardInterrupt, Exception) as error:
        told = explain_error(error)
        if told is None and not isinstance(error, KeyboardInterrupt):
            raise
        raise _create_detached_error(operation.stack_id, told) from None
    # the first failure is the cause; later ones follow from it
    cause = next((event for event in failed if not event.of_stack), next(iter([*failed, *taken_back]), None))
    if cause is None and following.status != ROLLBACK_FAILED:
        return OperationEnd(status=following.status)
    with audience.show_wait("Looking for the cause"):
        return _create_end(client, operation.stack_id, following.status, cause)


def _create_end(client: CloudFormationClient, stack_id: str, status: str, first: StackEvent | None) -> OperationEnd:
    """Return the result of an operation that failed; `first` is the first event that failed, if any."""
    left = list_failed_resources(client, stack_id) if status == ROLLBACK_FAILED else ()
    if first is None:
        return OperationEnd(status=status, not_rolled_back=left)
    cause, nested = find_root_cause(client, stack_id, first)
    return OperationEnd(
        status=status,
        resource=cause.logical_id,
        type=cause.type,
        reason=cause.reason,
        nested=nested,
        not_rolled_back=left,
    )


def _create_detached_error(stack_id: str, told: SfnorchError | None) -> SfnorchError:
    """Return the message for an operation that is no longer followed: it continues; how to follow or to end it."""
    name = stack_id.rpartition(":stack/")[2].partition("/")[0]
    says = f"The operation on {name} continues in AWS and is no longer followed"
    follow_on = (
        f"`sfnorch status --follow --stack-name {name}` follows it again; `aws cloudformation cancel-update-stack "
        f"--stack-name {name}` takes an update back, `sfnorch delete --stack-name {name}` a creation"
    )
    return extend_error(told, says, hint=follow_on)


def _is_beginning(row: StackEventTypeDef) -> bool:
    """Return whether an operation on the stack starts with this event."""
    return row["PhysicalResourceId"] == row["StackId"] and row.get("ResourceStatus", "") in _BEGINNINGS
