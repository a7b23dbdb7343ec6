"""What a template starts on a schedule: EventBridge Scheduler's schedules, EventBridge rules, and events of SAM.

A SAM event of type Schedule becomes a rule, one of type ScheduleV2 a schedule:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-schedule.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-statemachineschedulev2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sfnorch.schedules.service import Service
from sfnorch.schedules.zones import UTC
from sfnorch.template.intrinsics import UNKNOWN, Stack
from sfnorch.template.located import Object, Path, Place, place_of
from sfnorch.template.roles import resources

_KINDS = {"AWS::Scheduler::Schedule": Service.SCHEDULER, "AWS::Events::Rule": Service.RULE}
_EVENTS = {"Schedule": Service.RULE, "ScheduleV2": Service.SCHEDULER}
_WITH_EVENTS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A text in a template: where it stands, and its value; None where only AWS knows it."""

    path: Path
    place: Place
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A schedule of a template: the service that reads it, its expression, and its time zone where it names one."""

    service: Service
    expression: Setting
    zone: Setting | None

    @property
    def zone_name(self) -> str | None:
        """The name of its time zone; None where only AWS knows it."""
        return self.zone.text if self.zone else UTC


def declared_schedules(stack: Stack) -> Iterator[Scheduled]:
    """Iterate the template's schedules."""
    for kind, service in _KINDS.items():
        for _, properties, path, _ in resources(stack, kind):
            yield from _scheduled(stack, service, properties, path, "ScheduleExpression")
    for _, properties, path, _ in resources(stack, *_WITH_EVENTS):
        events = properties.get("Events")
        for name, event in events.items() if isinstance(events, Object) else ():
            event_kind = stack.value(event.get("Type")) if isinstance(event, Object) else None
            given = event.get("Properties") if isinstance(event, Object) else None
            if isinstance(event_kind, str) and event_kind in _EVENTS and isinstance(given, Object):
                key = "Schedule" if event_kind == "Schedule" else "ScheduleExpression"
                at = (*path, "Events", name, "Properties")
                yield from _scheduled(stack, _EVENTS[event_kind], given, at, key)


def _scheduled(stack: Stack, service: Service, properties: Object, path: Path, key: str) -> Iterator[Scheduled]:
    expression = _setting(stack, properties, path, key)
    if expression is None:
        return  # a rule for events, or one that SAM or CloudFormation refuses
    zone_key = "ScheduleExpressionTimezone"
    zone = _setting(stack, properties, path, zone_key) if service is Service.SCHEDULER else None
    yield Scheduled(service=service, expression=expression, zone=zone)


def _setting(stack: Stack, properties: Object, path: Path, key: str) -> Setting | None:
    """Return the text of a property; None where it has no text, as cfn-lint reports."""
    value: Any = stack.value(properties.get(key))
    if not isinstance(value, str):
        return None
    known = None if UNKNOWN.search(value) else value
    return Setting(path=(*path, key), place=place_of(stack.template, (*path, key)), text=known)
