"""The rules in a template that match events: EventBridge rules, and the events of SAM that become such rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-rule.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-eventbridgerule.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.event_rules.transformers import InputTransformer
from sfnorch.json_values import Json, find_value, read_mapping, read_mappings, read_string
from sfnorch.template.declarations import Declaration, find_declarations
from sfnorch.template.intrinsics import StackValues, format_value

_SAM_RULES = ("EventBridgeRule", "CloudWatchEvent")


class EventTarget(NamedTuple):
    """A target of a rule: its ARN, and the input that it gets; by default the event."""

    arn: str
    constant: str | None = None
    path: str | None = None
    transformer: InputTransformer | None = None


class EventRule(NamedTuple):
    """A rule with an event pattern."""

    logical_id: str
    name: str
    arn: str
    pattern: Mapping[str, Json]
    is_enabled: bool
    targets: tuple[EventTarget, ...]


def list_event_rules(stack: StackValues) -> Iterator[EventRule]:
    """Yield the template's rules that match events, in the order of the template, then those of SAM's events."""
    for rule in find_declarations(stack, "AWS::Events::Rule"):
        if (pattern := rule.value("EventPattern")) and stack.has_resource(rule.logical_id):
            yield EventRule(
                logical_id=rule.logical_id,
                name=rule.name,
                arn=rule.arn,
                pattern=_read_pattern(pattern),
                is_enabled=rule.text("State") != "DISABLED",
                targets=tuple(
                    _read_target(target, format_value(target.get("Arn", "")))
                    for target in read_mappings(rule.value("Targets"))
                ),
            )
    for machine in find_declarations(stack, "AWS::Serverless::StateMachine"):
        if stack.has_resource(machine.logical_id):
            yield from _list_sam_rules(machine)


def _list_sam_rules(machine: Declaration) -> Iterator[EventRule]:
    for name, event in machine.properties.find_object("Events").entries():
        properties = machine.stack.evaluate_node(event.find_object("Properties"))
        if event.get("Type") not in _SAM_RULES or not (pattern := find_value(properties, "Pattern")):
            continue
        rule_name = read_string(find_value(properties, "RuleName")) or f"{machine.logical_id}{name}"
        where = machine.stack.where
        yield EventRule(
            logical_id=f"{machine.logical_id}{name}",
            name=rule_name,
            arn=f"arn:{where.partition}:events:{where.region}:{where.account}:rule/{rule_name}",
            pattern=_read_pattern(pattern),
            is_enabled=find_value(properties, "State") != "DISABLED",
            targets=(_read_target(read_mapping(properties), machine.reference),),
        )


def _read_pattern(pattern: Json) -> Mapping[str, Json]:
    """Return the pattern, which a template can also contain as a JSON text."""
    if isinstance(pattern, str):
        try:
            return read_mapping(json.loads(pattern))
        except ValueError:
            return {}
    return read_mapping(pattern)


def _read_target(target: Mapping[str, Json], arn: str) -> EventTarget:
    constant, path = target.get("Input"), target.get("InputPath")
    transformer = read_mapping(target.get("InputTransformer"))
    return EventTarget(
        arn=arn,
        constant=None if constant is None else format_value(constant),
        path=None if path is None else format_value(path),
        transformer=InputTransformer(
            paths={key: format_value(value) for key, value in read_mapping(transformer.get("InputPathsMap")).items()},
            template=format_value(transformer.get("InputTemplate", "")),
        )
        if transformer
        else None,
    )
