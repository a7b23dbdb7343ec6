"""The events of one operation on a stack: each once, oldest first, none of another operation's.

CloudFormation gives a stack's events newest first, in pages, all operations' together; an operation's own bear its
token and its id.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from sfnorch.aws.errors import explained
from sfnorch.aws.hints import plain
from sfnorch.aws.polling import Clock, Pace, patiently
from sfnorch.aws.stacks import IN_REVIEW, find_stack
from sfnorch.errors import SfnorchError, with_more

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

_BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
_TAKEN_BACK = ("UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS")
_CANCELLED = re.compile(r"^Resource (creation|update|deletion) cancelled", re.IGNORECASE)
_QUIET = 10
"""After as many polls without an event the stack itself is asked whether the operation has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation on a stack: what its events are known by. `after` is the newest event before it."""

    stack_id: str
    token: str = ""
    operation_id: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """What happened to a resource, or to the stack itself (`of_stack`). `reason` is AWS's, without its noise."""

    id: str
    at: datetime
    logical_id: str
    type: str
    status: str
    reason: str
    of_stack: bool

    @property
    def failed(self) -> bool:
        """Whether this is a failure of its own, and not a resource that was stopped since another one failed."""
        return self.status.endswith("FAILED") and not _CANCELLED.match(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an operation ended: the stack's status, and what failed first, with AWS's reason, where anything did."""

    status: str
    resource: str = ""
    type: str = ""
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether the stack is not as it was to become: an operation failed, or was taken back."""
        return "FAILED" in self.status or "ROLLBACK" in self.status


class Audience(Protocol):
    """Who sees an operation's events."""

    def follows(self, batches: Iterable[tuple[StackEvent, ...]], resources: int) -> None:
        """Sees events until there are no more; about as many resources change, 0 where that isn't known."""

    def waits(self, words: str) -> AbstractContextManager[None]:
        """Sees what is waited for while the block runs."""


def begin(client: CloudFormationClient, stack_id: str, token: str) -> Operation:
    """Return the operation that is begun next with this token."""
    newest = next(iter(client.describe_stack_events(StackName=stack_id)["StackEvents"]), None)
    return Operation(stack_id=stack_id, token=token, after=newest["EventId"] if newest else "")


def has_begun(client: CloudFormationClient, operation: Operation) -> bool:
    """Return whether one of the stack's events since the operation was prepared bears its token."""
    for row in _newest_first(client, operation.stack_id):
        if row["EventId"] == operation.after:
            break
        if row.get("ClientRequestToken") == operation.token:
            return True
    return False


def lag_behind(client: CloudFormationClient, stack_id: str) -> bool:
    """Return whether the newest event of a stack with an operation under way is older than that operation."""
    newest = next(_newest_first(client, stack_id), None)
    if newest is None:
        return True
    status = newest.get("ResourceStatus", "")
    is_of_stack = newest["PhysicalResourceId"] == stack_id
    return is_of_stack and (status == IN_REVIEW or not status.endswith("IN_PROGRESS"))


def under_way(client: CloudFormationClient, stack_id: str) -> Operation:
    """Return the stack's operation that is under way, whoever began it."""
    rows = _newest_first(client, stack_id)
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
        begun = next((row for row in chain((first,), rows) if _begins(row)), None)
        before = next(rows, None) if begun else None
    after = before["EventId"] if before else ""
    return Operation(stack_id=stack_id, token=token, operation_id=operation_id, after=after)


class Following:
    """An operation followed to its end: `batches` are its events poll by poll, `status` the stack's at the end."""

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
        self._pace = Pace(clock, first=0.3, longest=3.0)
        self._read = patiently(self._new_events, clock)
        self._find = patiently(find_stack, clock)

    def batches(self) -> Iterator[tuple[StackEvent, ...]]:
        """Yield what has happened since the last poll, oldest first, perhaps nothing; until the operation has ended."""
        quiet = 0
        while True:
            events = self._read()
            quiet = 0 if events else quiet + 1
            of_stack = [event for event in events if event.of_stack]
            if of_stack and not of_stack[-1].status.endswith("IN_PROGRESS"):
                self.status = of_stack[-1].status
            elif quiet >= _QUIET:
                quiet = 0
                self.status = self._status_if_ended()
            yield events
            if self.status:
                return
            self._pace.wait(changed=bool(events))

    def _status_if_ended(self) -> str:
        stack = self._find(self._client, self._operation.stack_id)
        if stack is None:
            return "DELETE_COMPLETE"
        return "" if stack.status.endswith("IN_PROGRESS") else stack.status

    def _new_events(self) -> tuple[StackEvent, ...]:
        """Return the operation's events that no poll has given yet. Reads pages only as far back as there is news.

        What is read is kept only when all of it has been: a poll that breaks off within its pages loses nothing.
        """
        found = []
        for row in _newest_first(self._client, self._operation.stack_id):
            if row["EventId"] in self._seen:
                break
            found.append(row)
        self._seen.update(row["EventId"] for row in found)
        return tuple(_event(row) for row in reversed(found) if self._is_own(row))

    def _is_own(self, row: StackEventTypeDef) -> bool:
        """Whether the event is this operation's: by its token, else by its id, else since it came after.

        What another hand takes back (CancelUpdateStack) goes on under that hand's token.
        """
        token, operation_id = row.get("ClientRequestToken", ""), row.get("OperationId", "")
        if self._operation.token and token:
            if row["PhysicalResourceId"] == row["StackId"] and row.get("ResourceStatus") in _TAKEN_BACK:
                self._tokens.add(token)
            return token in self._tokens
        if self._operation.operation_id and operation_id:
            return self._operation.operation_id == operation_id
        return True


def follow(
    client: CloudFormationClient, operation: Operation, audience: Audience, clock: Clock, *, resources: int = 0
) -> Ending:
    """How the operation ended, which the audience has seen to its end."""
    following = Following(client, operation, clock)
    failed: list[StackEvent] = []
    taken_back: list[StackEvent] = []

    def batches() -> Iterator[tuple[StackEvent, ...]]:
        for events in following.batches():
            failed.extend(event for event in events if event.failed)
            taken_back.extend(event for event in events if event.of_stack and "ROLLBACK_IN" in event.status)
            yield events

    try:
        audience.follows(batches(), resources)
    except (KeyboardInterrupt, Exception) as error:
        told = explained(error)
        if told is None and not isinstance(error, KeyboardInterrupt):
            raise
        raise _left_alone(operation.stack_id, told) from None
    # what failed first is the cause, and what came after it only follows from it
    cause = next((event for event in failed if not event.of_stack), next(iter([*failed, *taken_back]), None))
    if cause is None:
        return Ending(status=following.status)
    return Ending(status=following.status, resource=cause.logical_id, type=cause.type, reason=cause.reason)


def _left_alone(stack_id: str, told: SfnorchError | None) -> SfnorchError:
    """Return what is to be said where an operation is no longer followed: it goes on, and how to see or to end it."""
    name = stack_id.rpartition(":stack/")[2].partition("/")[0]
    says = f"The operation on {name} goes on in AWS, and is no longer followed"
    follow_on = (
        f"`sfnorch status --follow --stack-name {name}` follows it again; `aws cloudformation cancel-update-stack "
        f"--stack-name {name}` takes an update back, `sfnorch delete --stack-name {name}` a creation"
    )
    return with_more(told, says, hint=follow_on)


def _newest_first(client: CloudFormationClient, stack_id: str) -> Iterator[StackEventTypeDef]:
    """Yield the stack's events, a page read when it is needed."""
    for page in client.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        yield from page["StackEvents"]


def _begins(row: StackEventTypeDef) -> bool:
    """Whether an operation on the stack begins with this event."""
    return row["PhysicalResourceId"] == row["StackId"] and row.get("ResourceStatus", "") in _BEGINNINGS


def _event(row: StackEventTypeDef) -> StackEvent:
    return StackEvent(
        id=row["EventId"],
        at=row["Timestamp"],
        logical_id=row["LogicalResourceId"],
        type=row.get("ResourceType", ""),
        status=row.get("ResourceStatus", ""),
        reason=plain(row.get("ResourceStatusReason", "")),
        of_stack=row.get("PhysicalResourceId") == row["StackId"],
    )
