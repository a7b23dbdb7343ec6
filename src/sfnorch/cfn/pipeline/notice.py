"""Who is told when a stage fails, or waits for approval: the topic that is given, else one of the pipeline's own.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import AWSObject, Equals, GetAtt, If, Not, NoValue, Ref, Sub
from troposphere.events import InputTransformer, Rule, Target
from troposphere.kms import Key
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from sfnorch import workflow as flow
from sfnorch.cfn.pipeline.names import PIPELINE, TOPIC, TOPIC_KEY
from sfnorch.cfn.roles import allow
from sfnorch.cfn.values import OWN_TOPIC, TOPIC_HAS_KEY

_TELL = {"Service": "events.amazonaws.com"}
_USE_KEY = ("kms:Decrypt", "kms:GenerateDataKey*")


def topic_conditions(topic: flow.Topic, *, approval: bool) -> dict[str, Any]:
    """Whether the pipeline makes a topic of its own, and whether a given one, which it publishes to, is encrypted."""
    own = {} if topic.arn else {OWN_TOPIC: Equals(Ref(flow.TOPIC_ARN), "")}
    encrypted = {TOPIC_HAS_KEY: Not(Equals(Ref(flow.TOPIC_KEY_ARN), ""))} if approval else {}
    return own | encrypted


def told_topic(topic: flow.Topic) -> Any:
    """The ARN of the topic that is told."""
    return Ref(flow.TOPIC_ARN) if topic.arn else If(OWN_TOPIC, Ref(TOPIC), Ref(flow.TOPIC_ARN))


def notice_resources(topic: flow.Topic) -> list[AWSObject]:
    """The rule on failed stages, and the pipeline's own topic with its key."""
    text = (
        "The stage <stage> of the pipeline <pipeline> failed: "
        "https://REGION.console.aws.amazon.com/codesuite/codepipeline/pipelines/<pipeline>/executions/<execution>/timeline"
        "?region=REGION"
    )
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
                    InputTemplate=Sub(json.dumps(text).replace("REGION", "${AWS::Region}")),
                ),
            )
        ],
    )
    return [rule, *([] if topic.arn else _own_topic(topic))]


def _own_topic(topic: flow.Topic) -> list[AWSObject]:
    """The topic, its key and its subscriptions.

    What EventBridge sends to an encrypted topic is refused where the key's policy, or the topic's, asks for its source.
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


def publishing(topic: flow.Topic) -> list[Any]:
    """The statements that let a role publish to the topic, and use its key where it is encrypted."""
    given = If(TOPIC_HAS_KEY, allow("UseTopicKey", _USE_KEY, [Ref(flow.TOPIC_KEY_ARN)]), NoValue)
    own = allow("UseTopicKey", _USE_KEY, [GetAtt(TOPIC_KEY, "Arn")])
    return [
        allow("Tell", ("sns:Publish",), [told_topic(topic)]),
        given if topic.arn else If(OWN_TOPIC, own, given),
    ]
