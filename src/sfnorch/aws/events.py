"""The events of a stack, as CloudFormation returns them: newest first, in pages.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.hints import clean_message

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

_CANCELLED = re.compile(r"^Resource (creation|update|deletion) cancelled", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """An event of a resource, or of the stack itself (`of_stack`). `reason` is AWS's message, shortened."""

    id: str
    at: datetime
    logical_id: str
    type: str
    status: str
    reason: str
    of_stack: bool
    physical_id: str = ""
    """The physical ID of the resource; of a nested stack its ARN. Empty before the resource exists."""

    @property
    def failed(self) -> bool:
        """Return whether it failed by itself, and was not cancelled because another resource failed."""
        return self.status.endswith("FAILED") and not is_cancelled(self.reason)


def is_cancelled(reason: str) -> bool:
    """Return whether a resource failed only because another one did, according to the reason of its status."""
    return bool(_CANCELLED.match(reason))


def read_newest_first(client: CloudFormationClient, stack_id: str) -> Iterator[StackEventTypeDef]:
    """Yield the stack's events; pages are read on demand."""
    for page in client.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        yield from page["StackEvents"]


def convert_event(row: StackEventTypeDef) -> StackEvent:
    """Return the event of the row, with the message of AWS in one line."""
    return StackEvent(
        id=row["EventId"],
        at=row["Timestamp"],
        logical_id=row["LogicalResourceId"],
        type=row.get("ResourceType", ""),
        status=row.get("ResourceStatus", ""),
        reason=clean_message(row.get("ResourceStatusReason", "")),
        of_stack=row.get("PhysicalResourceId") == row["StackId"],
        physical_id=row.get("PhysicalResourceId", ""),
    )
