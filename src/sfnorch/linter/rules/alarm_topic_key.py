"""An alarm's topic that is encrypted with the AWS managed key for SNS: the alarm's notifications are lost."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.located import find_place

_AWS_KEY = "alias/aws/sns"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    told = {arn for alarm in subject.template.alarms for arn in alarm.actions}
    for topic in subject.template.topics:
        if topic.key.endswith(_AWS_KEY) and topic.arn in told:
            path = (*topic.path, "KmsMasterKeyId")
            yield RuleFinding(
                path=path,
                place=find_place(subject.template.source.data, path),
                message=f"alarms cannot publish to {topic.logical_id}: CloudWatch cannot use {_AWS_KEY}",
                hint="use a customer managed key whose policy allows cloudwatch.amazonaws.com",
            )


RULE = LintRule(
    id="alarm-topic-key",
    title="A topic that an alarm notifies and that is encrypted with alias/aws/sns",
    why="the key policy cannot be changed and does not allow CloudWatch: notifications are lost without an error",
    source="https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns",
    severity=Severity.ERROR,
    check=_check,
)
