"""Values that are known only at deploy, as CloudFormation's intrinsic functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from troposphere import AWSHelperFn, GetAtt, If, Join, Ref, Split, Sub

from sfnorch.workflow import (
    RESULTS_BUCKET,
    TOPIC_ARN,
    Arn,
    BucketArn,
    DeploymentValue,
    FunctionArn,
    GlueArns,
    LockTable,
    LockTableArn,
    MachineArn,
    ObjectArns,
    ParameterValue,
    ResultsBucket,
    StackName,
    Topic,
    TopicArn,
)

TemplateValue: TypeAlias = "AWSHelperFn | str | int | Sequence[TemplateValue] | Mapping[str, TemplateValue]"
"""A value in a template that is built: plain data, which can contain intrinsic functions."""

PolicyStatement: TypeAlias = "Mapping[str, TemplateValue] | AWSHelperFn"
"""A statement of a policy, or a function that returns one."""

OWN_TOPIC, TOPIC_HAS_KEY, BOUNDED, OWN_BUCKET = "OwnTopic", "TopicHasKey", "Bounded", "OwnBucket"
"""Conditions: the stack creates a topic; the specified topic has a key; roles have a permissions boundary."""

TOPIC, TOPIC_KEY, LOG_GROUP, RESULTS = "AlarmTopic", "AlarmTopicKey", "LogGroup", "Results"
LOCK_TABLE = "LockTable"
UNDELIVERED = "UndeliveredStarts"
LOG_AND_TRACE_POLICY, JOBS_POLICY, BOUNDARY = "LogAndTracePolicy", "JobsPolicy", "RoleBoundary"
"""Logical ids of the resources that the state machines share."""

KEY_TAG, DEPLOYS_TAG = "sfnorch:key-of", "sfnorch:deploys"
"""Tags with a stack's name: of the stack's key, and of the role with which a pipeline's CloudFormation deploys it.

The key's policy lets the principal with the second tag manage the key.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
"""

_ANY_GLUE = "arn:*:glue:*:*:{}/"


def build_machine_id(key: str) -> str:
    """Return the logical id of the state machine with this key."""
    return f"{key}StateMachine"


def build_role_id(key: str) -> str:
    """Return the logical id of the state machine's role."""
    return f"{key}StateMachineRole"


def build_alarm_id(key: str) -> str:
    """Return the logical id of the state machine's alarm."""
    return f"{key}FailedAlarm"


def build_deadline_alarm_id(key: str) -> str:
    """Return the logical id of the alarm on the deadline of the state machine."""
    return f"{key}DeadlineAlarm"


def build_function_id(key: str) -> str:
    """Return the logical id of the function with this key."""
    return f"{key}Function"


def build_function_role_id(key: str) -> str:
    """Return the logical id of the function's role."""
    return f"{key}FunctionRole"


def resolve_value(value: DeploymentValue, topic: Topic) -> TemplateValue:
    """Return the value as a text or an intrinsic function; `topic` is the topic that TopicArn refers to."""
    match value:
        case str():
            return value
        case ParameterValue(name):
            return Ref(name)
        case StackName():
            text = _format_stack_name(value)
            return Sub(text) if value.suffix else Ref("AWS::StackName")
        case Arn():
            return Sub(_format_arn(value))
        case MachineArn(key):
            return Ref(build_machine_id(key))
        case TopicArn():
            return build_topic_arn(topic)
        case FunctionArn(key, ""):
            return GetAtt(build_function_id(key), "Arn")
        case FunctionArn(key, tail):
            return Sub(f"${{{build_function_id(key)}.Arn}}{tail}")
        case ResultsBucket():
            return build_results_bucket_name()
        case ObjectArns(ResultsBucket(), prefix):
            return Sub(f"arn:${{AWS::Partition}}:s3:::${{Bucket}}/{prefix}*", {"Bucket": build_results_bucket_name()})
        case ObjectArns(bucket, prefix):
            return Sub(f"arn:${{AWS::Partition}}:s3:::{bucket}/{prefix}*")
        case LockTable():
            return Ref(LOCK_TABLE)
        case LockTableArn():
            return GetAtt(LOCK_TABLE, "Arn")
        case BucketArn(bucket):
            return Sub(f"arn:${{AWS::Partition}}:s3:::{bucket}")
        case GlueArns(kind, names, ""):
            return [_ANY_GLUE.format(kind) + name for name in names]
        case GlueArns(kind, names, parameter):
            # Fn::Join accepts no function as its delimiter, so partition, region and account are *: the
            # statement's condition binds them.
            any_name = _ANY_GLUE.format(kind)
            further = Join(f",{any_name}", Ref(parameter))
            return Split(",", Join("", [any_name, Join(f",{any_name}", [*names, further]) if names else further]))
    raise TypeError(f"unknown value of a workflow: {value!r}")


def build_results_bucket_name() -> AWSHelperFn:
    """Return the name of the bucket for results: the specified one, or the one that the stack creates."""
    return If(OWN_BUCKET, Ref(RESULTS), Ref(RESULTS_BUCKET))


def build_topic_arn(topic: Topic) -> AWSHelperFn:
    """Return the ARN of the topic to notify: the specified one, or the one that the stack creates."""
    return Ref(TOPIC_ARN) if topic.arn else If(OWN_TOPIC, Ref(TOPIC), Ref(TOPIC_ARN))


def build_topic_key_arn() -> AWSHelperFn:
    """Return the ARN of the key of the topic that the stack creates."""
    return GetAtt(TOPIC_KEY, "Arn")


def _format_stack_name(name: StackName) -> str:
    return "${AWS::StackName}" + (f"-{name.suffix}" if name.suffix else "")


def _format_arn(arn: Arn) -> str:
    name = arn.name if isinstance(arn.name, str) else _format_stack_name(arn.name)
    return f"arn:${{AWS::Partition}}:{arn.service}:${{AWS::Region}}:${{AWS::AccountId}}:{arn.resource}{name}{arn.tail}"
