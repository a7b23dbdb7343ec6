"""The notification of failures and late runs: alarms on machines' metrics, rules for their events, topics, keys.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_list, read_strings
from sfnorch.template.declarations import find_declarations
from sfnorch.template.iam import Statement, read_statements
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Path, SourceLocation

_FAILURES = frozenset({"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"})


_NUMBER = r"[0-9]{1,15}(?:\.[0-9]+)?"
_ABOVE = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


class DurationLimit(NamedTuple):
    """How long an execution of a machine (an ARN) may take before an alarm is raised, in seconds."""

    machine: str
    seconds: float
    is_deadline: bool
    """Whether the alarm is raised without an execution that has ended: missing data is breaching."""


class AlarmResource(NamedTuple):
    """An alarm: its name, the machines whose failures it watches (ARNs), its actions (ARNs), and its limits."""

    logical_id: str
    name: str
    machines: frozenset[str]
    actions: tuple[str, ...]
    limits: tuple[DurationLimit, ...]
    path: Path
    place: SourceLocation


class TopicResource(NamedTuple):
    """A topic and the key that encrypts it, as the template names it; empty without a key."""

    logical_id: str
    arn: str
    key: str
    path: Path
    place: SourceLocation


class KeyResource(NamedTuple):
    """A key of the template, its names, and its policy."""

    names: frozenset[str]
    statements: tuple[Statement, ...]


def list_alarms(stack: StackValues) -> list[AlarmResource]:
    """Return the template's alarms."""
    return [
        AlarmResource(
            logical_id=alarm.logical_id,
            name=alarm.name,
            machines=frozenset(_list_watched_machines(alarm.value())),
            actions=tuple(read_strings(alarm.value("AlarmActions"))),
            limits=tuple(_list_limits(alarm.value())),
            path=alarm.path,
            place=alarm.place,
        )
        for alarm in find_declarations(stack, "AWS::CloudWatch::Alarm")
    ]


def _list_watched_machines(properties: Json) -> Iterator[str]:
    """Yield the machines whose failures are counted by the metric, or a metric in the list, of an alarm."""
    for _, name, machine in _list_metrics(properties):
        if name in _FAILURES:
            yield machine


def _list_limits(properties: Json) -> Iterator[DurationLimit]:
    """Yield the limits on durations: a metric with a threshold, or an expression that compares it with a number."""
    waits = find_value(properties, "TreatMissingData") == "breaching"
    expressions = [
        str(find_value(metric, "Expression") or "") for metric in read_list(find_value(properties, "Metrics"))
    ]
    for key, name, machine in _list_metrics(properties):
        if name != "ExecutionTime":
            continue
        if key:
            compared = re.compile(rf"\b{re.escape(key)} (?:<=|<|>|>=) ({_NUMBER})(?![0-9.])")
            found = next(filter(None, map(compared.search, expressions)), None)
        elif find_value(properties, "ComparisonOperator") in _ABOVE:
            found = re.fullmatch(f"({_NUMBER})", str(find_value(properties, "Threshold")))
        else:
            continue
        if found:
            yield DurationLimit(machine, float(found[1]) / 1_000, waits)


def _list_metrics(properties: Json) -> Iterator[tuple[str, str, str]]:
    """Yield the ID, the name and the machine of each metric of a machine, in the alarm or in its list of metrics."""
    for metric in [properties, *read_list(find_value(properties, "Metrics"))]:
        source = find_value(metric, "MetricStat", "Metric") or metric
        for dimension in read_list(find_value(source, "Dimensions")):
            if find_value(dimension, "Name") == "StateMachineArn":
                yield (
                    str(find_value(metric, "Id") or ""),
                    str(find_value(source, "MetricName")),
                    str(find_value(dimension, "Value")),
                )


def list_topics(stack: StackValues) -> list[TopicResource]:
    """Return the template's topics."""
    return [
        TopicResource(
            logical_id=topic.logical_id,
            arn=topic.reference,
            key=topic.text("KmsMasterKeyId"),
            path=topic.path,
            place=topic.place,
        )
        for topic in find_declarations(stack, "AWS::SNS::Topic")
    ]


def list_keys(stack: StackValues) -> list[KeyResource]:
    """Return the template's keys, with their aliases."""
    aliases: dict[str, list[str]] = {}
    for alias in find_declarations(stack, "AWS::KMS::Alias"):
        aliases.setdefault(alias.text("TargetKeyId"), []).append(alias.text("AliasName"))
    keys = []
    for key in find_declarations(stack, "AWS::KMS::Key"):
        names = {key.name, key.arn}
        for name in tuple(names):
            names.update(aliases.get(name, ()))
        policy = read_statements(key.value("KeyPolicy"), (*key.path, "KeyPolicy"))
        keys.append(KeyResource(names=frozenset(names), statements=tuple(policy)))
    return keys


def has_execution_event_rule(stack: StackValues) -> bool:
    """Return whether a rule of the template, or an event of a function, matches status changes of executions."""
    return "aws.states" in _list_sources(stack.get_section("Resources"))


def _list_sources(node: Json) -> Iterator[Json]:
    """Yield the sources of each event pattern, in a rule or in a function's events."""
    match node:
        case dict():
            for key, value in node.items():
                if key in ("EventPattern", "Pattern"):
                    yield from read_list(find_value(value, "source"))
                yield from _list_sources(value)
        case list():
            for item in node:
                yield from _list_sources(item)
