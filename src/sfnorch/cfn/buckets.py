"""Private buckets: encrypted, versioned, accessible over TLS only, and retained when the stack is deleted."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere.s3 import (
    AbortIncompleteMultipartUpload,
    Bucket,
    BucketEncryption,
    BucketPolicy,
    EventBridgeConfiguration,
    LifecycleConfiguration,
    LifecycleRule,
    NoncurrentVersionExpiration,
    NotificationConfiguration,
    OwnershipControls,
    OwnershipControlsRule,
    PublicAccessBlockConfiguration,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionRule,
    VersioningConfiguration,
)

from sfnorch.cfn.checkov import add_reasons

_DAYS = 90
_OLD_DAYS = 30


def build_private_bucket(logical_id: str, *, expires: bool, tells: bool = False) -> list[AWSObject]:
    """Return the bucket and its policy. `expires`: all objects, or old versions; `tells`: send EventBridge events."""
    bucket = Bucket(
        logical_id,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        BucketEncryption=BucketEncryption(
            ServerSideEncryptionConfiguration=[
                ServerSideEncryptionRule(
                    ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
                )
            ]
        ),
        OwnershipControls=OwnershipControls(Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        LifecycleConfiguration=LifecycleConfiguration(Rules=[_build_lifecycle_rule(expires=expires)]),
    )
    if tells:
        events = EventBridgeConfiguration(EventBridgeEnabled=True)
        bucket.NotificationConfiguration = NotificationConfiguration(EventBridgeConfiguration=events)
    policy = BucketPolicy(
        f"{logical_id}Policy",
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Bucket=Ref(logical_id),
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [GetAtt(logical_id, "Arn"), Sub(f"${{{logical_id}.Arn}}/*")],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        },
    )
    return [add_reasons(bucket), policy]


def _build_lifecycle_rule(*, expires: bool) -> LifecycleRule:
    rule = LifecycleRule(
        Id="Expire",
        Status="Enabled",
        NoncurrentVersionExpiration=NoncurrentVersionExpiration(NoncurrentDays=_OLD_DAYS),
        AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
    )
    if expires:
        rule.ExpirationInDays = _DAYS
    return rule
