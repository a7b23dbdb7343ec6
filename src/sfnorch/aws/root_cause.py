"""Find the resource of a nested stack that made an operation fail, and the resources that could not be rolled back.

The event of a failed nested stack has only the names of resources. The events of the nested stack itself have the
reason of each. They can be read by its ARN also after the nested stack is deleted.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sfnorch.aws.events import StackEvent, convert_event, is_cancelled, read_newest_first
from sfnorch.aws.hints import clean_message
from sfnorch.aws.stacks import NESTED, list_resources

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedResource:
    """A resource whose last operation failed. `nested`: the nested stacks that contain it, the outermost first."""

    logical_id: str
    physical_id: str
    type: str
    reason: str
    nested: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The logical IDs of the nested stacks and of the resource, such as `Ingest/Queue`."""
        return "/".join((*self.nested, self.logical_id))


def find_root_cause(
    client: CloudFormationClient, stack_id: str, failed: StackEvent
) -> tuple[StackEvent, tuple[str, ...]]:
    """Return the event of the resource that failed first, and the nested stacks that contain it.

    `failed` is an event of the stack. It is the result itself, unless it is the failure of a nested stack whose events
    can be read.
    """
    nested: list[str] = []
    with suppress(ClientError, BotoCoreError):  # the reason of the nested stack is used instead
        while failed.type == NESTED and not failed.of_stack:
            begun, inner_id = _find_beginning(client, stack_id, failed)
            inner = _find_first_failure(client, inner_id, begun, failed.at) if inner_id else None
            if inner is None:
                break
            nested.append(failed.logical_id)
            stack_id, failed = inner_id, inner
    return failed, tuple(nested)


def _find_beginning(client: CloudFormationClient, stack_id: str, failed: StackEvent) -> tuple[datetime, str]:
    """Return when the operation on the nested stack began that has failed, and the ARN of the nested stack, if known.

    The first event of a creation has no ARN.
    """
    events = (convert_event(row) for row in read_newest_first(client, stack_id))
    own = (event for event in events if event.logical_id == failed.logical_id and event.type == NESTED)
    begun, inner_id, is_earlier = failed.at, failed.physical_id, False
    for event in dropwhile(lambda event: event.id != failed.id, own):
        inner_id = inner_id or event.physical_id
        if not is_earlier and event.status.endswith("IN_PROGRESS"):
            begun = event.at
        elif event.id != failed.id:
            is_earlier = True  # from here on, the events are those of earlier operations
        if inner_id and is_earlier:
            break
    return begun, inner_id


def _find_first_failure(
    client: CloudFormationClient, stack_id: str, begun: datetime, ended: datetime
) -> StackEvent | None:
    """Return the first failure of a resource of the nested stack between these times, if any."""
    found = None
    for row in read_newest_first(client, stack_id):
        if row["Timestamp"] < begun:
            break
        event = convert_event(row)
        if event.failed and not event.of_stack and event.at <= ended:
            found = event
    return found


def list_failed_resources(client: CloudFormationClient, stack_id: str) -> tuple[FailedResource, ...]:
    """Return the resources of the stack, and of its nested stacks, that failed and were not only cancelled.

    For a stack in UPDATE_ROLLBACK_FAILED, these are the resources that a forced rollback skips. None if they cannot be
    read. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
    """
    with suppress(ClientError, BotoCoreError):
        return tuple(_iterate_failed(client, stack_id, ()))
    return ()


def _iterate_failed(client: CloudFormationClient, stack_id: str, nested: tuple[str, ...]) -> Iterator[FailedResource]:
    for row in list_resources(client, stack_id):
        if not row.status.endswith("FAILED") or is_cancelled(row.reason):
            continue
        inner: list[FailedResource] = []
        if row.type == NESTED and row.physical_id:
            inner = list(_iterate_failed(client, row.physical_id, (*nested, row.logical_id)))
        yield from inner or [
            FailedResource(
                logical_id=row.logical_id,
                physical_id=row.physical_id,
                type=row.type,
                reason=clean_message(row.reason),
                nested=nested,
            )
        ]
