"""A bucket without encryption settings, or without a public access block."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import Json, read_mapping
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.buckets import BucketResource, read_buckets
from sfnorch.template.intrinsics import UNKNOWN

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for bucket in read_buckets(subject.template):
        faults, hints = [], []
        if not _is_encrypted(bucket.properties.get("BucketEncryption")):
            faults.append("has no encryption settings")
            hints.append("add a BucketEncryption")
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


def _is_encrypted(given: Json) -> bool:
    """Return whether the bucket has an encryption rule; a value that only AWS knows counts as a rule."""
    match given:
        case dict():
            return bool(given.get("ServerSideEncryptionConfiguration"))
    return bool(given)


def _list_unblocked(bucket: BucketResource) -> list[str]:
    """Return the settings that block public access and are off; a value that only AWS knows counts as on."""
    block = bucket.properties.get("PublicAccessBlockConfiguration")
    if isinstance(block, str):
        return []
    given = read_mapping(block)
    values = {name: str(given.get(name, "")).lower() for name in _BLOCKS}
    return [name for name, value in values.items() if value != "true" and not UNKNOWN.search(value)]


RULE = LintRule(
    id="bucket-unprotected",
    title="A bucket without encryption settings, or without a public access block",
    why="artifacts contain the source code, and templates contain the names of all resources",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    severity=Severity.WARNING,
    check=_check,
)
