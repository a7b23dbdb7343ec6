"""What starts have in common: their causes, and the paths of values in events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.plan.models.starts import Start

CAUSES = ("schedule", "s3", "event")
"""The keys of a start, of which it has one."""

OBJECT_SIZE = "$.detail.object.size"
OBJECT_FIELDS = {
    "bucket": "$.detail.bucket.name",
    "key": "$.detail.object.key",
    "size": OBJECT_SIZE,
    "etag": "$.detail.object.etag",
    "version": "$.detail.object.version-id",
}
"""The paths of the fields of an object in S3, by their names in a plan.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html (documented)
"""


def find_event_path(start: Start, text: str) -> str:
    """Return the path into the event that a value of `params_from` means: a name is a field of the object in S3."""
    return OBJECT_FIELDS.get(text, text) if start.s3 else text
