"""The schedules in a template: EventBridge Scheduler schedules, EventBridge rules, and SAM events.

A SAM event of type Schedule becomes a rule, and one of type ScheduleV2 a schedule:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-schedule.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-statemachineschedulev2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.naming import SCHEDULE
from sfnorch.schedules.service import Service
from sfnorch.schedules.zones import UTC
from sfnorch.template.declarations import find_declarations
from sfnorch.template.intrinsics import UNKNOWN, StackValues
from sfnorch.template.located import Object, Path, SourceLocation, find_place

_KINDS = {"AWS::Scheduler::Schedule": Service.SCHEDULER, "AWS::Events::Rule": Service.RULE}
_EVENTS = {"Schedule": Service.RULE, "ScheduleV2": Service.SCHEDULER}
_WITH_EVENTS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


class TextProperty(NamedTuple):
    """A text in a template: its place and its value; None if only AWS knows the value."""

    path: Path
    place: SourceLocation
    text: str | None


class ScheduleResource(NamedTuple):
    """A schedule of a template: the service that evaluates it, its expression, and its time zone if it has one."""

    logical_id: str
    """The logical id of the schedule, the rule, or the function or state machine with the event."""
    service: Service
    expression: TextProperty
    zone: TextProperty | None

    @property
    def zone_name(self) -> str | None:
        """Return the name of its time zone; None if only AWS knows it."""
        return self.zone.text if self.zone else UTC


def list_schedules(stack: StackValues) -> Iterator[ScheduleResource]:
    """Yield the template's schedules."""
    for kind, service in _KINDS.items():
        for resource in find_declarations(stack, kind):
            yield from _read_schedule(stack, service, resource.properties, resource.path, "ScheduleExpression")
    for resource in find_declarations(stack, *_WITH_EVENTS):
        for name, event in resource.properties.find_object("Events").entries():
            kind = resource.text("Events", name, "Type")
            if kind in _EVENTS:
                key = "Schedule" if kind == "Schedule" else "ScheduleExpression"
                at = (*resource.path, "Events", name, "Properties")
                yield from _read_schedule(stack, _EVENTS[kind], event.find_object("Properties"), at, key)


def find_schedule(stack: StackValues) -> ScheduleResource | None:
    """Return the schedule of a plan, which is not one of its further starts; None for a template without it."""
    return next((each for each in list_schedules(stack) if each.logical_id == SCHEDULE), None)


def _read_schedule(
    stack: StackValues, service: Service, properties: Object, path: Path, key: str
) -> Iterator[ScheduleResource]:
    expression = _read_setting(stack, properties, path, key)
    if expression is None:
        return  # a rule for events, or a rule that SAM or CloudFormation rejects
    zone_key = "ScheduleExpressionTimezone"
    zone = _read_setting(stack, properties, path, zone_key) if service is Service.SCHEDULER else None
    logical_id = str(path[1])
    yield ScheduleResource(logical_id=logical_id, service=service, expression=expression, zone=zone)


def _read_setting(stack: StackValues, properties: Object, path: Path, key: str) -> TextProperty | None:
    """Return the text of a property; None if it is not a text, which cfn-lint reports."""
    value = stack.evaluate_node(properties.get(key))
    if not isinstance(value, str):
        return None
    known = None if UNKNOWN.search(value) else value
    return TextProperty(path=(*path, key), place=find_place(stack.template, (*path, key)), text=known)
