"""An alarm's topic encrypted with AWS's own key for SNS: what the alarm publishes is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.template.located import place_of

_AWS_KEY = "alias/aws/sns"


def _check(subject: Subject) -> Iterator[Fault]:
    told = {arn for alarm in subject.template.alarms for arn in alarm.actions}
    for topic in subject.template.topics:
        if topic.key.endswith(_AWS_KEY) and topic.arn in told:
            path = (*topic.path, "KmsMasterKeyId")
            yield Fault(
                path=path,
                place=place_of(subject.template.source.data, path),
                message=f"alarms can't publish to {topic.logical_id}: CloudWatch may not use {_AWS_KEY}",
                hint="encrypt it with a key of your own that allows cloudwatch.amazonaws.com",
            )


RULE = Rule(
    id="alarm-topic-key",
    title="A topic on alias/aws/sns behind an alarm",
    why="that key's policy can't be changed, and doesn't let CloudWatch in: the message is lost without an error",
    source="https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns",
    severity=Severity.ERROR,
    check=_check,
)
