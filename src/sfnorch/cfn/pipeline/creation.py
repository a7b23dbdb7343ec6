"""The role by which CloudFormation makes the plan's stack: what sfnorch's templates hold, under that stack's name.

What each type of resource takes is what its handlers ask for, in the schemas of the CloudFormation registry.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from troposphere import If, NoValue, Ref, Sub
from troposphere.iam import Role

from sfnorch import workflow as flow
from sfnorch.cfn.pipeline.names import BUCKET, CREATION_ROLE, STACK_NAME, account_arn, regional_arn, within
from sfnorch.cfn.pipeline.parameters import given as is_given
from sfnorch.cfn.pipeline.roles import delivery_role
from sfnorch.cfn.roles import allow
from sfnorch.cfn.values import JOBS_POLICY, LOG_AND_TRACE_POLICY, RESULTS, STACK_TAG, TOPIC

PASSED_TO = ("states.amazonaws.com", "scheduler.amazonaws.com", "lambda.amazonaws.com")
"""The services that take on the roles of sfnorch's templates."""

_OWN = f"${{{STACK_NAME}}}"
_ROLES = account_arn("iam", f"role/{_OWN}/*")
_KEYS = regional_arn("kms", "key/*")


def creation_role() -> Role:
    """The role of CloudFormation."""
    statements = [statement for made in CREATED.values() for statement in made()]
    role = delivery_role(CREATION_ROLE, "cloudformation.amazonaws.com", [*statements, expand_sam("ExpandSam")])
    # CloudFormation works on a stack by the role that made it for ever: without it the stack could not be deleted
    role.DeletionPolicy = role.UpdateReplacePolicy = "Retain"
    return role


def expand_sam(sid: str) -> dict[str, Any]:
    """The statement that lets the SAM transform be used.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-permissions-cloudformation.html
    """
    transform = Sub("arn:${AWS::Partition}:cloudformation:${AWS::Region}:aws:transform/Serverless-2016-10-31")
    return allow(sid, ("cloudformation:CreateChangeSet",), [transform])


def _state_machines() -> list[Any]:
    actions = (
        *("states:CreateStateMachine", "states:DescribeStateMachine", "states:UpdateStateMachine"),
        *("states:DeleteStateMachine", "states:TagResource", "states:UntagResource", "states:ListTagsForResource"),
    )
    return [allow("MakeStateMachines", actions, [regional_arn("states", f"stateMachine:{_OWN}-*")])]


def _roles() -> list[Any]:
    """Roles under the stack's path alone; within the permissions boundary, and never without it, where one is given.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    bounded = {"iam:PermissionsBoundary": Ref(flow.BOUNDARY_ARN)}
    own_policies = {"iam:PolicyARN": _policies()}
    grant = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
    keep = (
        *("iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
        *("iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole"),
        *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:ListRoleTags"),
    )
    unbind = allow("UnbindRoles", ("iam:DeleteRolePermissionsBoundary",), [_ROLES])
    boundary_changes = ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion")
    keep_boundary = {
        "Sid": "KeepBoundary",
        "Effect": "Deny",
        "Action": [*boundary_changes, "iam:DeletePolicy"],
        "Resource": [Ref(flow.BOUNDARY_ARN)],
    }
    return [
        allow("MakeRoles", grant, [_ROLES], If(is_given(flow.BOUNDARY_ARN), {"StringEquals": bounded}, NoValue)),
        allow(
            "AttachPolicies",
            ("iam:AttachRolePolicy",),
            [_ROLES],
            {"ArnLike": own_policies, "StringEquals": If(is_given(flow.BOUNDARY_ARN), bounded, NoValue)},
        ),
        allow("KeepRoles", keep, [_ROLES]),
        If(is_given(flow.BOUNDARY_ARN), keep_boundary, unbind),
        allow("PassRoles", ("iam:PassRole",), [_ROLES], {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}}),
    ]


def _policies() -> list[Any]:
    """The managed policies of sfnorch's templates."""
    names = (f"{LOG_AND_TRACE_POLICY}-*", f"*{JOBS_POLICY}*")
    return [account_arn("iam", f"policy/{_OWN}-{name}") for name in names]


def _managed_policies() -> list[Any]:
    actions = (
        *("iam:CreatePolicy", "iam:GetPolicy", "iam:DeletePolicy", "iam:ListEntitiesForPolicy"),
        *("iam:CreatePolicyVersion", "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:DeletePolicyVersion"),
    )
    return [allow("MakePolicies", actions, _policies())]


def _alarms() -> list[Any]:
    actions = (
        *("cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms"),
        *("cloudwatch:TagResource", "cloudwatch:UntagResource", "cloudwatch:ListTagsForResource"),
    )
    return [allow("MakeAlarms", actions, [regional_arn("cloudwatch", f"alarm:{_OWN}-*")])]


def _topics() -> list[Any]:
    actions = (
        *("sns:CreateTopic", "sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:DeleteTopic"),
        *("sns:GetDataProtectionPolicy", "sns:TagResource", "sns:UntagResource", "sns:ListTagsForResource"),
        *("sns:Subscribe", "sns:Unsubscribe", "sns:ListSubscriptionsByTopic"),
        *("sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes"),
    )
    return [allow("MakeTopics", actions, [regional_arn("sns", f"{_OWN}-{TOPIC}-*")])]


def _keys() -> list[Any]:
    """Keys that bear the stack's tag: a key's ARN tells nothing of its stack.

    What makes a key asks for the tag to be given; what is asked of a new key, before its tag is known everywhere, does
    no harm to another.
    https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html
    """
    given = {"StringEquals": {f"aws:RequestTag/{STACK_TAG}": Ref(STACK_NAME)}}
    borne = {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": Ref(STACK_NAME)}}
    harmless = (
        *("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"),
        "kms:EnableKeyRotation",
    )
    keep = (
        *("kms:PutKeyPolicy", "kms:UpdateKeyDescription", "kms:EnableKey", "kms:DisableKey"),
        *("kms:DisableKeyRotation", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"),
    )
    return [
        allow("MakeKeys", ("kms:CreateKey",), "*", given),
        allow("TagKeys", ("kms:TagResource", "kms:PutKeyPolicy"), [_KEYS], given),
        allow("SeeKeys", harmless, [_KEYS]),
        allow("KeepKeys", keep, [_KEYS], borne),
    ]


def _log_groups() -> list[Any]:
    actions = (
        *("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
        *("logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource", "logs:GetDataProtectionPolicy"),
    )
    groups = (f"log-group:/aws/vendedlogs/states/{_OWN}", f"log-group:/aws/lambda/{_OWN}-*")
    made = [regional_arn("logs", each) for group in groups for each in (group, f"{group}:*")]
    # these are asked for the whole account, whatever log group is looked for
    listing = ("logs:DescribeLogGroups", "logs:DescribeIndexPolicies", "logs:DescribeResourcePolicies")
    return [allow("MakeLogGroups", actions, made), allow("ListLogGroups", listing, "*")]


def _functions() -> list[Any]:
    """Functions under the stack's name, and the code of those that the template doesn't hold."""
    actions = (
        *("lambda:CreateFunction", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:DeleteFunction"),
        *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:GetFunctionCodeSigningConfig"),
        *("lambda:GetRuntimeManagementConfig", "lambda:PutRuntimeManagementConfig"),
        *("lambda:GetFunctionRecursionConfig", "lambda:TagResource", "lambda:UntagResource", "lambda:ListTags"),
    )
    code = ("s3:GetObject", "s3:GetObjectVersion")
    return [
        allow("MakeFunctions", actions, [regional_arn("lambda", f"function:{_OWN}-*")]),
        allow("ReadCode", code, [within(BUCKET, "functions/*")]),
    ]


def _buckets() -> list[Any]:
    """The bucket for results, which stays when the stack is deleted; its name is the stack's in small letters."""
    settings = (
        *("BucketOwnershipControls", "BucketPublicAccessBlock", "BucketTagging", "BucketVersioning"),
        *("EncryptionConfiguration", "LifecycleConfiguration", "BucketPolicy"),
    )
    changes = [f"s3:{verb}{name}" for name in settings for verb in ("Get", "Put")]
    actions = ("s3:CreateBucket", "s3:ListBucket", *changes, "s3:DeleteBucketPolicy")
    own = Sub(f"arn:${{AWS::Partition}}:s3:::{_OWN}-{RESULTS.lower()}-*")
    return [allow("MakeBuckets", actions, [own])]


def _schedules() -> list[Any]:
    actions = (
        *("scheduler:CreateSchedule", "scheduler:GetSchedule"),
        *("scheduler:UpdateSchedule", "scheduler:DeleteSchedule"),
    )
    return [allow("MakeSchedules", actions, [regional_arn("scheduler", f"schedule/default/{_OWN}")])]


CREATED: dict[str, Callable[[], list[Any]]] = {
    "AWS::StepFunctions::StateMachine": _state_machines,
    "AWS::IAM::Role": _roles,
    "AWS::IAM::ManagedPolicy": _managed_policies,
    "AWS::CloudWatch::Alarm": _alarms,
    "AWS::SNS::Topic": _topics,
    "AWS::SNS::Subscription": list,
    "AWS::KMS::Key": _keys,
    "AWS::Logs::LogGroup": _log_groups,
    "AWS::Scheduler::Schedule": _schedules,
    "AWS::Lambda::Function": _functions,
    "AWS::S3::Bucket": _buckets,
    "AWS::S3::BucketPolicy": list,
}
"""Each type of resource in sfnorch's templates, and the statements that it takes.

A subscription's are its topic's, a bucket policy's its bucket's.
"""
