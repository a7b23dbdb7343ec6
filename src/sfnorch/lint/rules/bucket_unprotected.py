"""A bucket that is not encrypted, or that can be opened to the public."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.template.delivery import Bucket, buckets
from sfnorch.template.located import Object

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _check(subject: Subject) -> Iterator[Fault]:
    for bucket in buckets(subject.template):
        faults, hints = [], []
        if not bucket.properties.get("BucketEncryption"):
            faults.append("does not say how it is encrypted")
            hints.append("give it a BucketEncryption")
        if missing := _unblocked(bucket):
            faults.append("can be opened to the public")
            hints.append(f"set {', '.join(missing)} in its PublicAccessBlockConfiguration")
        if faults:
            yield Fault(
                path=bucket.path,
                place=bucket.place,
                message=f"{bucket.logical_id} {' and '.join(faults)}",
                hint=", and ".join(hints),
            )


def _unblocked(bucket: Bucket) -> list[str]:
    """The settings that keep the public out and are not on."""
    block = bucket.properties.get("PublicAccessBlockConfiguration")
    given = block if isinstance(block, Object) else {}
    return [name for name in _BLOCKS if str(given.get(name, "")).lower() != "true"]


RULE = Rule(
    id="bucket-unprotected",
    title="A bucket that is not encrypted, or that can be opened to the public",
    why="artifacts hold the source, and templates the names of all that is there",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    severity=Severity.WARNING,
    check=_check,
)
