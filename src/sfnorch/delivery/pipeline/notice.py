"""Notifications when a stage fails or waits for approval: to the specified topic, or to one that the pipeline creates.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

import json

from troposphere import AWSHelperFn, AWSObject, Condition, FindInMap, GetAtt, If, Not, NoValue, Ref, Sub, sns
from troposphere.events import InputTransformer, Rule, Target
from troposphere.kms import Key

from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import OWN_TOPIC, PolicyStatement
from sfnorch.delivery.pipeline.names import PIPELINE, TOPIC, TOPIC_KEY
from sfnorch.delivery.pipeline.parameters import make_condition_name
from sfnorch.partitions import CONSOLES
from sfnorch.workflow import TOPIC_ARN, TOPIC_KEY_ARN, Topic, Workflow

_TELL = {"Service": "events.amazonaws.com"}
_USE_KEY = ("kms:Decrypt", "kms:GenerateDataKey*")
_MAPPING, _CONSOLE = "Partitions", "Console"
CONSOLE_DOMAINS = {_MAPPING: {name: {_CONSOLE: domain} for name, domain in CONSOLES.items()}}
"""The mapping from partition to the console's domain."""


def make_topic_condition(topic: Topic) -> dict[str, AWSHelperFn]:
    """Return the condition that the pipeline creates a topic: neither the parameter nor the plan specifies one."""
    return {} if topic.arn else {OWN_TOPIC: Not(Condition(make_condition_name(TOPIC_ARN)))}


def choose_topic(topic: Topic) -> AWSHelperFn:
    """Return the ARN of the topic to notify."""
    return If(make_condition_name(TOPIC_ARN), Ref(TOPIC_ARN), topic.arn or Ref(TOPIC))


def make_notices(topic: Topic) -> list[AWSObject]:
    """Return the rule on failed stages, and the pipeline's own topic with its key."""
    text = (
        "The stage <stage> of the pipeline <pipeline> failed: "
        "https://${AWS::Region}.${Console}/codesuite/codepipeline/pipelines/<pipeline>/executions/<execution>/timeline"
        "?region=${AWS::Region}"
    )
    console = FindInMap(_MAPPING, Ref("AWS::Partition"), _CONSOLE)
    rule = Rule(
        "StageFailed",
        EventPattern={
            "source": ["aws.codepipeline"],
            "detail-type": ["CodePipeline Stage Execution State Change"],
            "detail": {"pipeline": [Ref(PIPELINE)], "state": ["FAILED"]},
        },
        Targets=[
            Target(
                Id="topic",
                Arn=choose_topic(topic),
                InputTransformer=InputTransformer(
                    InputPathsMap={
                        "stage": "$.detail.stage",
                        "pipeline": "$.detail.pipeline",
                        "execution": "$.detail.execution-id",
                    },
                    InputTemplate=Sub(json.dumps(text), Console=console),
                ),
            )
        ],
    )
    return [rule, *([] if topic.arn else _make_own_topic(topic))]


def _make_own_topic(topic: Topic) -> list[AWSObject]:
    """Return the topic, its key and its subscriptions.

    SNS rejects EventBridge's messages to an encrypted topic if the policy of key or topic has a source condition.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    root = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    administer = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    use = {"Effect": "Allow", "Principal": _TELL, "Action": list(_USE_KEY), "Resource": "*"}
    publish = {"Effect": "Allow", "Principal": _TELL, "Action": "sns:Publish", "Resource": Ref(TOPIC)}
    return [
        sns.Topic(TOPIC, Condition=OWN_TOPIC, KmsMasterKeyId=GetAtt(TOPIC_KEY, "Arn")),
        sns.TopicPolicy(
            f"{TOPIC}Policy",
            Condition=OWN_TOPIC,
            Topics=[Ref(TOPIC)],
            PolicyDocument={"Version": "2012-10-17", "Statement": [publish]},
        ),
        Key(
            TOPIC_KEY,
            Condition=OWN_TOPIC,
            EnableKeyRotation=True,
            PendingWindowInDays=7,
            KeyPolicy={"Version": "2012-10-17", "Statement": [administer, use]},
        ),
        *(
            sns.SubscriptionResource(
                f"{TOPIC}Email{number}",
                Condition=OWN_TOPIC,
                TopicArn=Ref(TOPIC),
                Protocol="email",
                Endpoint=email,
            )
            for number, email in enumerate(topic.emails, 1)
        ),
    ]


def allow_publishing(workflow: Workflow) -> list[PolicyStatement]:
    """Return the statements that let a role publish to the topic, and use its key where it is encrypted."""
    topic = workflow.topic
    planned = {parameter.name: parameter.default for parameter in workflow.parameters}.get(TOPIC_KEY_ARN)
    of_plan = build_allow_statement("UseTopicKey", _USE_KEY, [planned]) if planned else NoValue
    own = build_allow_statement("UseTopicKey", _USE_KEY, [GetAtt(TOPIC_KEY, "Arn")])
    named = If(
        make_condition_name(TOPIC_KEY_ARN),
        build_allow_statement("UseTopicKey", _USE_KEY, [Ref(TOPIC_KEY_ARN)]),
        of_plan,
    )
    return [
        build_allow_statement("Tell", ("sns:Publish",), [choose_topic(topic)]),
        named if topic.arn else If(OWN_TOPIC, own, named),
    ]
