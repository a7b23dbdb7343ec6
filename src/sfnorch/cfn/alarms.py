"""An alarm for each state machine, and the topic that the alarms notify.

A metric has data only when an execution has ended. Missing data keeps the state of an alarm, so that it shows the
result of the last execution. https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub, Tags
from troposphere.cloudwatch import Alarm, MetricDataQuery
from troposphere.kms import Key
from troposphere.sns import SubscriptionResource, Topic

from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.metrics import build_metric_query
from sfnorch.cfn.values import (
    DEPLOYS_TAG,
    KEY_TAG,
    OWN_TOPIC,
    TOPIC,
    TOPIC_KEY,
    TemplateValue,
    build_alarm_id,
    build_topic_arn,
    resolve_value,
)
from sfnorch.naming import derive_logical_key
from sfnorch.workflow import ENVIRONMENT, StateMachine, Workflow

_FAILURES = {"failed": "ExecutionsFailed", "timedOut": "ExecutionsTimedOut", "aborted": "ExecutionsAborted"}


def build_machine_alarm(machine: StateMachine, workflow: Workflow) -> Alarm:
    """Return the alarm on failures of the state machine: executions that failed, timed out or were aborted."""
    metrics = [
        build_metric_query(query, name, machine.key, statistic="Sum", period=60) for query, name in _FAILURES.items()
    ]
    return Alarm(
        build_alarm_id(machine.key),
        AlarmName=resolve_value(machine.alarm.name, workflow.topic),
        AlarmDescription=Sub(f"[${{{ENVIRONMENT}}}] {machine.alarm.description}"),
        Metrics=[MetricDataQuery(Id="failures", Expression="SUM(METRICS())"), *metrics],
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        TreatMissingData="ignore",
        AlarmActions=[build_topic_arn(workflow.topic)],
    )


def build_topic_resources(workflow: Workflow) -> list[AWSObject]:
    """Return the topic that the stack creates if no topic is specified at deploy, its key and its subscriptions."""
    if workflow.topic.arn:
        return []
    key = Key(
        TOPIC_KEY,
        Condition=OWN_TOPIC,
        EnableKeyRotation=True,
        PendingWindowInDays=7,
        KeyPolicy=_build_key_policy(),
        Tags=Tags({KEY_TAG: Ref("AWS::StackName")}),
    )
    topic = Topic(TOPIC, Condition=OWN_TOPIC, KmsMasterKeyId=GetAtt(TOPIC_KEY, "Arn"))
    subscriptions = [
        SubscriptionResource(
            f"{TOPIC}Email{derive_logical_key(email)}",
            Condition=OWN_TOPIC,
            TopicArn=Ref(TOPIC),
            Protocol="email",
            Endpoint=email,
        )
        for email in workflow.topic.emails
    ]
    return [add_reasons(key), topic, *subscriptions]


def _build_key_policy() -> TemplateValue:
    """Return the key policy: access for the account's administrators, this stack's pipeline, and CloudWatch alarms.

    The pipeline's role gets permissions on keys only by this policy, so it can't use the key of another stack.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    root = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": root},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "kms:*",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "aws:PrincipalAccount": Ref("AWS::AccountId"),
                        f"aws:PrincipalTag/{DEPLOYS_TAG}": Ref("AWS::StackName"),
                    }
                },
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
            },
        ],
    }
