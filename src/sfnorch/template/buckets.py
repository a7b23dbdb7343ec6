"""The S3 buckets of a template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sfnorch.template.contents import Template
from sfnorch.template.located import Object, Path, Place
from sfnorch.template.roles import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketResource:
    """A bucket; `properties` are evaluated."""

    logical_id: str
    properties: Object
    path: Path
    place: Place


def read_buckets(template: Template) -> Iterator[BucketResource]:
    """Yield the template's buckets."""
    for logical_id, properties, path, place in resources(template.stack, "AWS::S3::Bucket"):
        body = template.stack.value(properties)
        if isinstance(body, Object):
            yield BucketResource(logical_id=logical_id, properties=body, path=path, place=place)
