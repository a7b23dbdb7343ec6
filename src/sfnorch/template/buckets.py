"""The S3 buckets of a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.template.contents import Template
from sfnorch.template.declarations import find_declarations
from sfnorch.template.located import Object, Path, SourceLocation


class BucketResource(NamedTuple):
    """A bucket; `properties` are evaluated."""

    logical_id: str
    properties: Object
    path: Path
    place: SourceLocation


def read_buckets(template: Template) -> Iterator[BucketResource]:
    """Yield the template's buckets."""
    for bucket in find_declarations(template.stack, "AWS::S3::Bucket"):
        if (properties := bucket.evaluate()) is not None:
            yield BucketResource(
                logical_id=bucket.logical_id, properties=properties, path=bucket.path, place=bucket.place
            )
