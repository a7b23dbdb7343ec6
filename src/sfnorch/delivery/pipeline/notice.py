"""Notifications when a stage fails or waits for approval: to the specified topic, or to one that the pipeline creates.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import AWSObject, Condition, FindInMap, GetAtt, If, Not, NoValue, Ref, Sub
from troposphere.events import InputTransformer, Rule, Target
from troposphere.kms import Key
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from sfnorch import workflow as flow
from sfnorch.cfn.roles import allow
from sfnorch.cfn.values import OWN_TOPIC
from sfnorch.delivery.pipeline.names import PIPELINE, TOPIC, TOPIC_KEY
from sfnorch.delivery.pipeline.parameters import given
from sfnorch.partitions import CONSOLES

_TELL = {"Service": "events.amazonaws.com"}
_USE_KEY = ("kms:Decrypt", "kms:GenerateDataKey*")
_MAPPING, _CONSOLE = "Partitions", "Console"
CONSOLE_DOMAINS = {_MAPPING: {name: {_CONSOLE: domain} for name, domain in CONSOLES.items()}}
"""The mapping from partition to the console's domain."""


def own_topic(topic: flow.Topic) -> dict[str, Any]:
    """Return the condition that the pipeline creates a topic: neither the parameter nor the plan specifies one."""
    return {} if topic.arn else {OWN_TOPIC: Not(Condition(given(flow.TOPIC_ARN)))}


def told_topic(topic: flow.Topic) -> Any:
    """Return the ARN of the topic to notify."""
    return If(given(flow.TOPIC_ARN), Ref(flow.TOPIC_ARN), topic.arn or Ref(TOPIC))


def notice_resources(topic: flow.Topic) -> list[AWSObject]:
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
                Arn=told_topic(topic),
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
    return [rule, *([] if topic.arn else _own_topic(topic))]


def _own_topic(topic: flow.Topic) -> list[AWSObject]:
    """Return the topic, its key and its subscriptions.

    SNS rejects EventBridge's messages to an encrypted topic if the policy of key or topic has a source condition.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    root = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    administer = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    use = {"Effect": "Allow", "Principal": _TELL, "Action": list(_USE_KEY), "Resource": "*"}
    publish = {"Effect": "Allow", "Principal": _TELL, "Action": "sns:Publish", "Resource": Ref(TOPIC)}
    return [
        Topic(TOPIC, Condition=OWN_TOPIC, KmsMasterKeyId=GetAtt(TOPIC_KEY, "Arn")),
        TopicPolicy(
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
            SubscriptionResource(
                f"{TOPIC}Email{number}",
                Condition=OWN_TOPIC,
                TopicArn=Ref(TOPIC),
                Protocol="email",
                Endpoint=email,
            )
            for number, email in enumerate(topic.emails, 1)
        ),
    ]


def publishing(workflow: flow.Workflow) -> list[Any]:
    """Return the statements that let a role publish to the topic, and use its key where it is encrypted."""
    topic = workflow.topic
    planned = {parameter.name: parameter.default for parameter in workflow.parameters}.get(flow.TOPIC_KEY_ARN)
    of_plan = allow("UseTopicKey", _USE_KEY, [planned]) if planned else NoValue
    own = allow("UseTopicKey", _USE_KEY, [GetAtt(TOPIC_KEY, "Arn")])
    named = If(given(flow.TOPIC_KEY_ARN), allow("UseTopicKey", _USE_KEY, [Ref(flow.TOPIC_KEY_ARN)]), of_plan)
    return [
        allow("Tell", ("sns:Publish",), [told_topic(topic)]),
        named if topic.arn else If(OWN_TOPIC, own, named),
    ]
