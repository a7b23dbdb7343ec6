"""The notification of failures: alarms on machines' metrics, rules for their events, topics and their keys.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sfnorch.template.iam import Statement, statements
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Array, Object, Path, Place
from sfnorch.template.roles import resources

_FAILURES = frozenset({"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmResource:
    """An alarm: its name, the machines whose failures it watches (ARNs), and its actions (ARNs)."""

    logical_id: str
    name: str
    machines: frozenset[str]
    actions: tuple[str, ...]
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicResource:
    """A topic and the key that encrypts it, as the template names it; empty without a key."""

    logical_id: str
    arn: str
    key: str
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of the template, its names, and its policy."""

    names: frozenset[str]
    statements: tuple[Statement, ...]


def declared_alarms(stack: StackValues) -> list[AlarmResource]:
    """Return the template's alarms."""
    return [
        AlarmResource(
            logical_id=logical_id,
            name=stack.name(logical_id),
            machines=frozenset(_watched(stack.value(properties))),
            actions=_texts(stack.value(properties.get("AlarmActions"))),
            path=path,
            place=place,
        )
        for logical_id, properties, path, place in resources(stack, "AWS::CloudWatch::Alarm")
    ]


def _watched(properties: Any) -> Iterator[str]:
    """Yield the machines whose failures are counted by the metric, or a metric in the list, of an alarm."""
    listed = properties.get("Metrics") if isinstance(properties, Object) else None
    for metric in [properties, *(listed if isinstance(listed, Array) else ())]:
        stat = metric.get("MetricStat") if isinstance(metric, Object) else None
        source = stat.get("Metric") if isinstance(stat, Object) else metric
        if not isinstance(source, Object) or str(source.get("MetricName")) not in _FAILURES:
            continue
        dimensions = source.get("Dimensions")
        for dimension in dimensions if isinstance(dimensions, Array) else ():
            if isinstance(dimension, Object) and dimension.get("Name") == "StateMachineArn":
                yield str(dimension.get("Value"))


def declared_topics(stack: StackValues) -> list[TopicResource]:
    """Return the template's topics."""
    return [
        TopicResource(
            logical_id=logical_id,
            arn=stack.ref(logical_id),
            key=stack.text(properties.get("KmsMasterKeyId")),
            path=path,
            place=place,
        )
        for logical_id, properties, path, place in resources(stack, "AWS::SNS::Topic")
    ]


def declared_keys(stack: StackValues) -> list[Key]:
    """Return the template's keys, with their aliases."""
    aliases: dict[str, list[str]] = {}
    for _, properties, _, _ in resources(stack, "AWS::KMS::Alias"):
        aliases.setdefault(stack.text(properties.get("TargetKeyId")), []).append(
            stack.text(properties.get("AliasName"))
        )
    keys = []
    for logical_id, properties, path, _ in resources(stack, "AWS::KMS::Key"):
        names = {stack.name(logical_id), stack.attribute(logical_id, "Arn")}
        for name in tuple(names):
            names.update(aliases.get(name, ()))
        policy = statements(stack.value(properties.get("KeyPolicy")), (*path, "KeyPolicy"))
        keys.append(Key(names=frozenset(names), statements=tuple(policy)))
    return keys


def tells_by_events(stack: StackValues) -> bool:
    """Return whether a rule of the template matches status changes of executions."""
    return any("aws.states" in sources for sources in _sources(stack.section("Resources")))


def _sources(node: Any) -> Iterator[list[Any]]:
    """Yield each list of event sources in an event pattern, in a rule or in a function's events."""
    if isinstance(node, Object):
        for key, value in node.items():
            if (
                key in ("EventPattern", "Pattern")
                and isinstance(value, Object)
                and isinstance(value.get("source"), list)
            ):
                yield value["source"]
            else:
                yield from _sources(value)
    elif isinstance(node, Array):
        for item in node:
            yield from _sources(item)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, Array) else ()
