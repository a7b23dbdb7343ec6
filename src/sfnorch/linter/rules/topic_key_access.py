"""An encrypted topic whose publisher (a machine's role, or an alarm) cannot use the key."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.alarms import KeyResource, TopicResource
from sfnorch.template.calls import ANY, parse_call, read_argument
from sfnorch.template.contents import Machine
from sfnorch.template.iam import can_overlap
from sfnorch.template.located import find_place
from sfnorch.template.permissions import decide
from sfnorch.template.roles import Role

_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
_ALARMS = "cloudwatch.amazonaws.com"
_AWS_KEY = "alias/aws/sns"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for topic in subject.template.topics:
        if topic.key and not topic.key.endswith(_AWS_KEY):
            key = next((key for key in subject.template.keys if topic.key in key.names), None)
            if key is None and "alias/" in topic.key:
                continue  # only AWS knows which key it is
            for machine in subject.machines:
                yield from _check_machine(subject, machine, topic, key)
            yield from _check_alarms(subject, topic, key)


def _check_machine(
    subject: Subject, machine: Machine, topic: TopicResource, key: KeyResource | None
) -> Iterator[RuleFinding]:
    role = machine.role
    if role is None:
        return
    names = key.names if key else {topic.key}
    for state in machine.list_states():
        call = parse_call(state)
        if call is None or call.action != "sns:publish":
            continue
        if read_argument(state, "TopicArn") == ANY or not can_overlap(topic.arn, read_argument(state, "TopicArn")):
            continue
        if key and _is_allowed_by_key(key, {role.arn, "*"}):
            continue
        if any(all(_can_use_key(subject, role, action, name) for action in _ACTIONS) for name in names):
            continue
        message = f"{role.name} cannot use the key that encrypts {topic.logical_id}"
        hint = "allow kms:GenerateDataKey* and kms:Decrypt on the key"
        yield create_fault(machine, (*state.path, "Resource"), message, hint)
        return


def _can_use_key(subject: Subject, role: Role, action: str, key: str) -> bool:
    return not decide(subject.template, role, action, key).is_denied


def _check_alarms(subject: Subject, topic: TopicResource, key: KeyResource | None) -> Iterator[RuleFinding]:
    if key is None or not any(topic.arn in alarm.actions for alarm in subject.template.alarms):
        return
    if not _is_allowed_by_key(key, {_ALARMS, "*"}):
        path = (*topic.path, "KmsMasterKeyId")
        yield RuleFinding(
            path=path,
            place=find_place(subject.template.source.data, path),
            message=f"alarms cannot publish to {topic.logical_id}: its key does not allow CloudWatch",
            hint=f"allow kms:GenerateDataKey* and kms:Decrypt to {_ALARMS} in the key's policy",
        )


def _is_allowed_by_key(key: KeyResource, principals: set[str]) -> bool:
    """Return whether the key policy allows one of these principals to use the key."""
    granted = [statement for statement in key.statements if statement.allow and principals & set(statement.principals)]
    return all(any(statement.has_action(action) for statement in granted) for action in _ACTIONS)


RULE = LintRule(
    id="topic-key-access",
    title="An encrypted topic whose publisher cannot use the key",
    why="publishing fails, or the notification is lost without an error",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    severity=Severity.ERROR,
    check=_check,
)
