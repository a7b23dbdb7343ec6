"""The role with which CloudFormation creates the plan's stack: resources of sfnorch's templates, with the stack's name.

It creates roles only with the permissions boundary, and can't change resources of another stack. The actions
for each type of resource are those of its handlers, in the schemas of the CloudFormation registry.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from troposphere import AWSHelperFn, If, NoValue, Ref, Sub, Tags
from troposphere.iam import Role

from sfnorch.cfn.roles import build_allow_statement, deny
from sfnorch.cfn.starts import QUEUE_NAME, RULE_NAME
from sfnorch.cfn.values import DEPLOYS_TAG, KEY_TAG, LOCK_TABLE, RESULTS, TOPIC, PolicyStatement, TemplateValue
from sfnorch.delivery.pipeline.boundary import refer_to_boundary
from sfnorch.delivery.pipeline.names import (
    CREATION_ROLE,
    DEPLOYMENT_BUCKET,
    IS_BOUNDED,
    STACK_NAME,
    make_account_arn,
    make_object_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.roles import make_delivery_role
from sfnorch.packages import CODE_FOLDER

PASSED_TO = ("states.amazonaws.com", "scheduler.amazonaws.com", "events.amazonaws.com", "lambda.amazonaws.com")
"""The services that assume the roles of sfnorch's templates."""

_OWN = f"${{{STACK_NAME}}}"
_ROLES = make_account_arn("iam", f"role/{_OWN}/*")
_POLICIES = make_account_arn("iam", f"policy/{_OWN}/*")
_KEYS = make_regional_arn("kms", "key/*")
_OLD_KEY_TAG = "sfnorch:stack"
_ANY_CASE = "ForAnyValue:StringEqualsIgnoreCase"
"""Patterns that deny a tag's key. `aws:PrincipalTag/sfnorch:deploys` matches the tag SFNORCH:Deploys too [documented].

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
"""
_RANDOM_ENDS = ("?" * 12, "?" * 13)
"""The random suffixes of names that CloudFormation generates [documented by examples, not as a rule].

A wildcard * would also match the names of a stack NAME-results-2.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
"""


def make_creation_role(boundary: AWSHelperFn | None = None) -> Role:
    """Return the role of CloudFormation.

    Every role that it creates has this permissions boundary; without one, parameters of the pipeline decide.
    """
    allowed: dict[str, Callable[[], list[PolicyStatement]]] = {
        **CREATED,
        "AWS::IAM::Role": partial(_allow_roles, boundary),
    }
    statements = [statement for made in allowed.values() for statement in made()]
    statements += [allow_sam_transform("ExpandSam"), _deny_other_stacks()]
    role = make_delivery_role(CREATION_ROLE, "cloudformation.amazonaws.com", statements)
    role.Tags = Tags({DEPLOYS_TAG: Ref(STACK_NAME)})
    # CloudFormation keeps using the role that created a stack: without it, the stack can't be deleted
    role.DeletionPolicy = role.UpdateReplacePolicy = "Retain"
    return role


def allow_sam_transform(sid: str) -> PolicyStatement:
    """Return the statement that allows the SAM transform.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-permissions-cloudformation.html
    """
    transform = Sub("arn:${AWS::Partition}:cloudformation:${AWS::Region}:aws:transform/Serverless-2016-10-31")
    return build_allow_statement(sid, ("cloudformation:CreateChangeSet",), [transform])


def _allow_state_machines() -> list[PolicyStatement]:
    actions = (
        *("states:CreateStateMachine", "states:DescribeStateMachine", "states:UpdateStateMachine"),
        *("states:DeleteStateMachine", "states:TagResource", "states:UntagResource", "states:ListTagsForResource"),
    )
    return [
        build_allow_statement("MakeStateMachines", actions, [make_regional_arn("states", f"stateMachine:{_OWN}-*")])
    ]


def _deny_other_stacks() -> PolicyStatement:
    """Return the statement that denies all actions on resources of other stacks.

    The names of this stack's resources begin with its name and a hyphen, and so do the names of a stack `NAME-prod`.
    The stacks differ in the tag that CloudFormation gives to every resource and that only it can set (assumed for rules
    of EventBridge). Managed
    policies of AWS rely on such tags too [documented: AmazonEC2ContainerServiceFullAccess].
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    """
    tag = "aws:ResourceTag/aws:cloudformation:stack-name"
    return deny(
        "KeepOffOtherStacks",
        [f"{service}:*" for service in ("states", "cloudwatch", "sns", "logs", "lambda", "events")],
        "*",
        {"StringNotEquals": {tag: Ref(STACK_NAME)}, "Null": {tag: "false"}},
    )


def _allow_roles(boundary: AWSHelperFn | None = None) -> list[PolicyStatement]:
    """Return statements for roles under the stack's path, which must have the permissions boundary unless it is off.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    arn = boundary or refer_to_boundary()
    bounded = {"iam:PermissionsBoundary": arn}

    def choose(value: TemplateValue, otherwise: TemplateValue = NoValue) -> TemplateValue:
        return value if boundary else If(IS_BOUNDED, value, otherwise)

    grant = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
    keep = (
        *("iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
        *("iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole"),
        *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:ListRoleTags"),
    )
    unbind = build_allow_statement("UnbindRoles", ("iam:DeleteRolePermissionsBoundary",), [_ROLES])
    boundary_changes = ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion")
    keep_boundary = deny("KeepBoundary", [*boundary_changes, "iam:DeletePolicy"], [arn])
    # a role with this tag could use the keys of the stack in the tag
    tagging = {_ANY_CASE: {"aws:TagKeys": [DEPLOYS_TAG]}}
    return [
        build_allow_statement("MakeRoles", grant, [_ROLES], choose({"StringEquals": bounded})),
        build_allow_statement(
            "AttachPolicies",
            ("iam:AttachRolePolicy",),
            [_ROLES],
            {"ArnLike": {"iam:PolicyARN": [_POLICIES]}, "StringEquals": choose(bounded)},
        ),
        build_allow_statement("KeepRoles", keep, [_ROLES]),
        deny("KeepTag", ["iam:CreateRole", "iam:TagRole"], "*", tagging),
        keep_boundary if boundary else If(IS_BOUNDED, keep_boundary, unbind),
        build_allow_statement(
            "PassRoles", ("iam:PassRole",), [_ROLES], {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}}
        ),
    ]


def _allow_managed_policies() -> list[PolicyStatement]:
    actions = (
        *("iam:CreatePolicy", "iam:GetPolicy", "iam:DeletePolicy", "iam:ListEntitiesForPolicy"),
        *("iam:CreatePolicyVersion", "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:DeletePolicyVersion"),
    )
    return [build_allow_statement("MakePolicies", actions, [_POLICIES])]


_TAG_ACTIONS = ("cloudwatch:TagResource", "cloudwatch:UntagResource", "cloudwatch:ListTagsForResource")


def _allow_alarms() -> list[PolicyStatement]:
    actions = (
        *("cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms"),
        *_TAG_ACTIONS,
    )
    return [build_allow_statement("MakeAlarms", actions, [make_regional_arn("cloudwatch", f"alarm:{_OWN}-*")])]


def _allow_mute_rules() -> list[PolicyStatement]:
    """Return the statement for the rules that mute alarms; a rule requires the permission on its alarms too.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html (documented)
    """
    actions = ("cloudwatch:PutAlarmMuteRule", "cloudwatch:GetAlarmMuteRule", "cloudwatch:DeleteAlarmMuteRule")
    resources = [make_regional_arn("cloudwatch", f"{kind}:{_OWN}-*") for kind in ("alarm-mute-rule", "alarm")]
    return [build_allow_statement("MakeMuteRules", (*actions, *_TAG_ACTIONS), resources)]


def _allow_dashboards() -> list[PolicyStatement]:
    actions = ("cloudwatch:PutDashboard", "cloudwatch:GetDashboard", "cloudwatch:DeleteDashboards")
    dashboards = [make_account_arn("cloudwatch", f"dashboard/{_OWN}-*")]
    return [build_allow_statement("MakeDashboards", (*actions, *_TAG_ACTIONS), dashboards)]


def _allow_topics() -> list[PolicyStatement]:
    actions = (
        *("sns:CreateTopic", "sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:DeleteTopic"),
        *("sns:GetDataProtectionPolicy", "sns:TagResource", "sns:UntagResource", "sns:ListTagsForResource"),
        *("sns:Subscribe", "sns:Unsubscribe", "sns:ListSubscriptionsByTopic"),
        *("sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes"),
    )
    topics = [make_regional_arn("sns", f"{_OWN}-{TOPIC}-{end}") for end in _RANDOM_ENDS]
    return [build_allow_statement("MakeTopics", actions, topics)]


def _allow_keys() -> list[PolicyStatement]:
    """Return the statements that create a key. The key's policy permits this role to manage it, by the role's tag.

    The ARN of a key does not show its stack, and a role that can tag keys could tag the key of another stack. So no
    permission here depends on a tag that this role can set. KeepOldKeys is for keys that an earlier version created.
    https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html
    """
    given = {"StringEquals": {f"aws:RequestTag/{KEY_TAG}": Ref(STACK_NAME)}}
    borne = {"StringEquals": {f"aws:ResourceTag/{_OLD_KEY_TAG}": Ref(STACK_NAME)}}
    keep = (
        *("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"),
        *("kms:PutKeyPolicy", "kms:UpdateKeyDescription", "kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation"),
        *("kms:DisableKeyRotation", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"),
    )
    claiming = {_ANY_CASE: {"aws:TagKeys": [_OLD_KEY_TAG]}}
    return [
        build_allow_statement("MakeKeys", ("kms:CreateKey",), "*", given),
        build_allow_statement("StartKeys", ("kms:TagResource", "kms:PutKeyPolicy"), [_KEYS], given),
        build_allow_statement("KeepOldKeys", keep, [_KEYS], borne),
        deny("ClaimNoKeys", ["kms:TagResource"], "*", claiming),
    ]


def _allow_log_groups() -> list[PolicyStatement]:
    actions = (
        *("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
        *("logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource", "logs:GetDataProtectionPolicy"),
    )
    groups = (f"log-group:/aws/vendedlogs/states/{_OWN}", f"log-group:/aws/lambda/{_OWN}-*")
    made = [make_regional_arn("logs", each) for group in groups for each in (group, f"{group}:*")]
    # these calls need the whole account, for any log group
    listing = ("logs:DescribeLogGroups", "logs:DescribeIndexPolicies", "logs:DescribeResourcePolicies")
    return [build_allow_statement("MakeLogGroups", actions, made), build_allow_statement("ListLogGroups", listing, "*")]


def _allow_functions() -> list[PolicyStatement]:
    """Return statements for functions with the stack's name, and for their code in S3."""
    actions = (
        *("lambda:CreateFunction", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:DeleteFunction"),
        *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:GetFunctionCodeSigningConfig"),
        *("lambda:GetRuntimeManagementConfig", "lambda:PutRuntimeManagementConfig"),
        *("lambda:GetFunctionRecursionConfig", "lambda:TagResource", "lambda:UntagResource", "lambda:ListTags"),
    )
    code = ("s3:GetObject", "s3:GetObjectVersion")
    return [
        build_allow_statement("MakeFunctions", actions, [make_regional_arn("lambda", f"function:{_OWN}-*")]),
        build_allow_statement("ReadCode", code, [make_object_arn(DEPLOYMENT_BUCKET, f"{CODE_FOLDER}/*")]),
    ]


def _allow_buckets() -> list[PolicyStatement]:
    """Return statements for the bucket for results, whose name contains the stack's name in lower case."""
    settings = (
        *("BucketOwnershipControls", "BucketPublicAccessBlock", "BucketTagging", "BucketVersioning"),
        *("EncryptionConfiguration", "LifecycleConfiguration", "BucketPolicy"),
    )
    changes = [f"s3:{verb}{name}" for name in settings for verb in ("Get", "Put")]
    actions = ("s3:CreateBucket", "s3:ListBucket", *changes, "s3:DeleteBucketPolicy")
    own = [Sub(f"arn:${{AWS::Partition}}:s3:::{_OWN}-{RESULTS.lower()}-{end}") for end in _RANDOM_ENDS]
    return [build_allow_statement("MakeBuckets", actions, own)]


def _allow_tables() -> list[PolicyStatement]:
    """Return the statement for the table of locks."""
    actions = (
        *("dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:UpdateTable", "dynamodb:DeleteTable"),
        *("dynamodb:DescribeTimeToLive", "dynamodb:UpdateTimeToLive", "dynamodb:DescribeContinuousBackups"),
        *("dynamodb:DescribeContributorInsights", "dynamodb:DescribeKinesisStreamingDestination"),
        *("dynamodb:GetResourcePolicy", "dynamodb:TagResource", "dynamodb:UntagResource"),
        "dynamodb:ListTagsOfResource",
    )
    tables = [make_regional_arn("dynamodb", f"table/{_OWN}-{LOCK_TABLE}-{end}") for end in _RANDOM_ENDS]
    return [build_allow_statement("MakeTables", actions, tables)]


def _allow_schedules() -> list[PolicyStatement]:
    """Return statements for the schedule with the stack's name, and for those in the group with the stack's name."""
    actions = (
        *("scheduler:CreateSchedule", "scheduler:GetSchedule"),
        *("scheduler:UpdateSchedule", "scheduler:DeleteSchedule"),
    )
    group_actions = (
        *("scheduler:CreateScheduleGroup", "scheduler:GetScheduleGroup", "scheduler:DeleteScheduleGroup"),
        *("scheduler:TagResource", "scheduler:UntagResource", "scheduler:ListTagsForResource"),
    )
    schedules = [make_regional_arn("scheduler", f"schedule/{each}") for each in (f"default/{_OWN}", f"{_OWN}/*")]
    groups = [make_regional_arn("scheduler", f"schedule-group/{_OWN}")]
    return [
        build_allow_statement("MakeSchedules", actions, schedules),
        build_allow_statement("MakeScheduleGroups", group_actions, groups),
    ]


def _allow_rules() -> list[PolicyStatement]:
    actions = (
        *("events:PutRule", "events:DescribeRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets"),
        *("events:ListTargetsByRule", "events:TagResource", "events:UntagResource", "events:ListTagsForResource"),
    )
    return [build_allow_statement("MakeRules", actions, [_name_own("events", f"rule/{RULE_NAME}*")])]


def _allow_queues() -> list[PolicyStatement]:
    actions = (
        *("sqs:CreateQueue", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:DeleteQueue"),
        *("sqs:TagQueue", "sqs:UntagQueue", "sqs:ListQueueTags"),
    )
    return [build_allow_statement("MakeQueues", actions, [_name_own("sqs", QUEUE_NAME)])]


def _name_own(service: str, name: str) -> TemplateValue:
    """Return the ARN of a resource whose name begins with the name of the plan's stack."""
    return make_regional_arn(service, name.replace("${AWS::StackName}", _OWN))


CREATED: dict[str, Callable[[], list[PolicyStatement]]] = {
    "AWS::StepFunctions::StateMachine": _allow_state_machines,
    "AWS::IAM::Role": _allow_roles,
    "AWS::IAM::ManagedPolicy": _allow_managed_policies,
    "AWS::CloudWatch::Alarm": _allow_alarms,
    "AWS::CloudWatch::AlarmMuteRule": _allow_mute_rules,
    "AWS::CloudWatch::Dashboard": _allow_dashboards,
    "AWS::SNS::Topic": _allow_topics,
    "AWS::SNS::Subscription": list,
    "AWS::KMS::Key": _allow_keys,
    "AWS::Logs::LogGroup": _allow_log_groups,
    "AWS::Scheduler::Schedule": _allow_schedules,
    "AWS::Scheduler::ScheduleGroup": list,
    "AWS::Events::Rule": _allow_rules,
    "AWS::SQS::Queue": _allow_queues,
    "AWS::SQS::QueuePolicy": list,
    "AWS::Lambda::Function": _allow_functions,
    "AWS::S3::Bucket": _allow_buckets,
    "AWS::S3::BucketPolicy": list,
    "AWS::DynamoDB::Table": _allow_tables,
}
"""Each type of resource in sfnorch's templates, and the statements that it needs.

The statements of a topic cover its subscriptions, those of a bucket or a queue its policy, and those of schedules their
group.
"""
