"""A bucket whose settings do not block public access.

Without settings, Amazon S3 encrypts a new bucket, and blocks public access to it, since 2023. A
PublicAccessBlockConfiguration turns off what it leaves out.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import read_mapping
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.buckets import BucketResource, read_buckets
from sfnorch.template.intrinsics import UNKNOWN

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for bucket in read_buckets(subject.template):
        missing = _list_unblocked(bucket)
        if missing and not any(key.startswith("Fn::") for key in bucket.properties):
            yield RuleFinding(
                path=bucket.path,
                place=bucket.place,
                message=f"{bucket.logical_id} does not block public access",
                hint=f"set {', '.join(missing)} in its PublicAccessBlockConfiguration",
            )


def _list_unblocked(bucket: BucketResource) -> list[str]:
    """Return the settings that block public access and are off; a value that only AWS knows counts as on."""
    block = bucket.properties.get("PublicAccessBlockConfiguration")
    if block is None or isinstance(block, str):
        return []
    given = read_mapping(block)
    values = {name: str(given.get(name, "")).lower() for name in _BLOCKS}
    return [name for name, value in values.items() if value != "true" and not UNKNOWN.search(value)]


RULE = LintRule(
    id="bucket-unprotected",
    title="A bucket whose settings do not block public access",
    why="artifacts contain the source code, and templates contain the names of all resources",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    severity=Severity.WARNING,
    check=_check,
)
