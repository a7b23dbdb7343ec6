"""Who is notified."""

from __future__ import annotations

from pydantic import Field

from sfnorch.plan.fields import Email, KeyArnText, TopicArnText
from sfnorch.plan.models.base import Model


class Alerts(Model):
    """Who is notified: e-mail addresses, subscribed to an SNS topic that the stack creates, or your own SNS topic."""

    emails: list[Email] = Field(
        default=[],
        description="E-mail addresses to notify. The stack creates an SNS topic and subscribes them.",
        examples=[["oncall@example.com"]],
    )
    topic_arn: TopicArnText | None = Field(
        default=None,
        description="ARN of an existing SNS topic. The stack then creates no topic.",
        examples=["arn:aws:sns:us-east-1:123456789012:oncall"],
    )
    topic_key_arn: KeyArnText | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the topic in topic_arn.",
        examples=["arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )
