"""A bucket that a template opens to the public.

Since 2023, S3 encrypts each bucket, and blocks public access to a new bucket that has no settings. A configuration
replaces the default: the settings that it omits are off.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.buckets import BucketResource, read_buckets
from sfnorch.template.intrinsics import UNKNOWN

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_PUBLIC = ("PublicRead", "PublicReadWrite")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for bucket in read_buckets(subject.template):
        faults, hints = [], []
        access = bucket.properties.get("AccessControl")
        if access in _PUBLIC:
            faults.append(f"has the access control list {access}")
            hints.append("remove AccessControl")
        if missing := _list_unblocked(bucket):
            faults.append("does not block public access")
            hints.append(f"set {', '.join(missing)} in its PublicAccessBlockConfiguration")
        if faults and not any(key.startswith("Fn::") for key in bucket.properties):
            yield RuleFinding(
                path=bucket.path,
                place=bucket.place,
                message=f"{bucket.logical_id} {' and '.join(faults)}",
                hint=", and ".join(hints),
            )


def _list_unblocked(bucket: BucketResource) -> list[str]:
    """Return the settings that the bucket turns off; a value that only AWS knows counts as on."""
    block = bucket.properties.get_object("PublicAccessBlockConfiguration")
    if block is None:
        return []
    values = {name: str(block.get(name, "")).lower() for name in _BLOCKS}
    return [name for name, value in values.items() if value != "true" and not UNKNOWN.search(value)]


RULE = LintRule(
    id="bucket-unprotected",
    title="A bucket that a template opens to the public",
    why="artifacts contain the source code, and templates contain the names of all resources",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    severity=Severity.WARNING,
    check=_check,
)
