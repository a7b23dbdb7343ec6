"""A bucket that does not say how it is encrypted, or does not keep the public out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.template.delivery import Bucket, buckets
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.located import Object

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _check(subject: Subject) -> Iterator[Fault]:
    for bucket in buckets(subject.template):
        faults, hints = [], []
        if not _is_encrypted(bucket.properties.get("BucketEncryption")):
            faults.append("does not say how it is encrypted")
            hints.append("give it a BucketEncryption")
        if missing := _unblocked(bucket):
            faults.append("does not keep the public out")
            hints.append(f"set {', '.join(missing)} in its PublicAccessBlockConfiguration")
        if faults and not any(key.startswith("Fn::") for key in bucket.properties):
            yield Fault(
                path=bucket.path,
                place=bucket.place,
                message=f"{bucket.logical_id} {' and '.join(faults)}",
                hint=", and ".join(hints),
            )


def _is_encrypted(given: Any) -> bool:
    """Whether it has a rule for its encryption; what only AWS knows may be one."""
    rules = given.get("ServerSideEncryptionConfiguration") if isinstance(given, Object) else given
    return bool(rules)


def _unblocked(bucket: Bucket) -> list[str]:
    """Return the settings that keep the public out and are not on; what only AWS knows may be on."""
    block = bucket.properties.get("PublicAccessBlockConfiguration")
    if isinstance(block, str):
        return []
    given = block if isinstance(block, Object) else {}
    values = {name: str(given.get(name, "")).lower() for name in _BLOCKS}
    return [name for name, value in values.items() if value != "true" and not UNKNOWN.search(value)]


RULE = Rule(
    id="bucket-unprotected",
    title="A bucket that does not say how it is encrypted, or does not keep the public out",
    why="artifacts hold the source, and templates the names of all that is there",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    severity=Severity.WARNING,
    check=_check,
)
