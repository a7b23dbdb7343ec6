"""The artifacts of a pipeline that deploys to several accounts: a bucket, and a key that the accounts can use.

An action in another account requires a customer managed key. The policies of the bucket and of the key let the roles of
deployments read. The action that executes a change set has no artifacts: whether CodePipeline checks these permissions
for it is not documented, so they are here [assumed].
https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html [documented]
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import AWSObject, GetAtt, Sub
from troposphere.kms import Key

from sfnorch.cfn.buckets import build_private_bucket
from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import PolicyStatement, TemplateValue
from sfnorch.delivery.account.names import DEPLOY, DeliveryTarget
from sfnorch.delivery.pipeline.names import BUCKET, make_object_arn

KEY = "ArtifactKey"
"""The logical id of the key."""


def needs_key(targets: Sequence[DeliveryTarget]) -> bool:
    """Return whether an environment can be in another account than the pipeline."""
    return any(target.account for target in targets)


def make_artifact_store(targets: Sequence[DeliveryTarget]) -> list[AWSObject]:
    """Return the bucket of artifacts with its policy, and its key if other accounts need one."""
    resources = build_private_bucket(BUCKET, expires=True)
    accounts = sorted({target.account for target in targets if target.account})
    if not accounts:
        return resources
    roots = [Sub(f"arn:${{AWS::Partition}}:iam::{account}:root") for account in accounts]
    roles = [name_account_role(target, DEPLOY) for target in targets if target.account]
    common = {"Effect": "Allow", "Principal": {"AWS": roots}, "Condition": {"ArnEquals": {"aws:PrincipalArn": roles}}}
    read = {"Sid": "DeploymentsRead", "Action": ["s3:GetObject", "s3:GetObjectVersion"], **common}
    resources[1].properties["PolicyDocument"]["Statement"].append({**read, "Resource": [make_object_arn(BUCKET)]})
    own = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    administer = {"Sid": "Administer", "Effect": "Allow", "Principal": own, "Action": "kms:*", "Resource": "*"}
    use = {"Sid": "DeploymentsRead", "Action": ["kms:Decrypt", "kms:DescribeKey"], **common, "Resource": "*"}
    key = Key(
        KEY,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Description="The key of the artifacts of a pipeline that deploys to several accounts.",
        EnableKeyRotation=True,
        PendingWindowInDays=7,
        KeyPolicy={"Version": "2012-10-17", "Statement": [administer, use]},
    )
    return [*resources, key]


def allow_using_key(targets: Sequence[DeliveryTarget]) -> list[PolicyStatement]:
    """Return the statement with which a role of the pipeline reads and writes encrypted artifacts."""
    actions = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
    return [build_allow_statement("UseKey", actions, [GetAtt(KEY, "Arn")])] if needs_key(targets) else []


def name_account_role(target: DeliveryTarget, end: str) -> TemplateValue:
    """Return the ARN of a role of the environment, in its account or in that of the pipeline."""
    account = target.account or "${AWS::AccountId}"
    return Sub(f"arn:${{AWS::Partition}}:iam::{account}:role/{target.stack_name}-{end}")
