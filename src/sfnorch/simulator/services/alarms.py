"""CloudWatch alarms: tasks and the metrics of failed executions change their state; only a change triggers actions.

A rule mutes the actions in its windows. When the window ends, they are executed if the alarm is still in this state.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules-behaviour.html (documented)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from simpy import Process

from sfnorch.durations import format_duration, format_timestamp
from sfnorch.json_values import Json
from sfnorch.schedules.mute_starts import find_mute_end
from sfnorch.schedules.zones import is_zone, load_zone
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.events import AlarmChanged
from sfnorch.simulator.processes import LateTimeout, Steps
from sfnorch.simulator.record import SECOND_RUN, AlarmChange, Execution, Message
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.simulator.world import World
from sfnorch.template.alarms import AlarmResource

_NO_DATA = "INSUFFICIENT_DATA"
_METRIC_DELAY = 60.0
"""Seconds until a metric with a period of one minute is evaluated."""

_NEXT_EVALUATION = timedelta(days=1)

_METRICS = {"FAILED": "ExecutionsFailed", "TIMED_OUT": "ExecutionsTimedOut", "ABORTED": "ExecutionsAborted"}


class _Mute(NamedTuple):
    """A window in which an alarm is muted: its end, and the name of its rule."""

    end: datetime
    rule: str


@simulates("aws-sdk:cloudwatch:setAlarmState")
def set_alarm_state(request: ServiceRequest) -> Steps[Json]:
    """Set the alarm's state and return an empty result. Raises StatesError for an unknown alarm."""
    world, name = request.world, request.get_text("AlarmName")
    alarm = next((alarm for alarm in world.template.alarms if alarm.name == name), None)
    if alarm is None:
        raise StatesError("CloudWatch.ResourceNotFoundException", f"Unknown alarm {name}")
    _change(world, request.execution, alarm, request.get_text("StateValue"), request.get_text("StateReason"))
    return {}
    yield


def change_alarms_after_failure(world: World, execution: Execution, machine_arn: str) -> Steps[None]:
    """Change the alarms of the machine, a minute after an execution has failed."""
    yield world.clock.timeout(_METRIC_DELAY)
    for alarm in world.template.alarms:
        if machine_arn in alarm.machines:
            reason = f"Threshold Crossed: {_METRICS[execution.status]} of {_shorten(execution)} is 1"
            _change(world, execution, alarm, "ALARM", reason)


def watch_duration(world: World, execution: Execution, process: Process) -> Steps[None]:
    """Raise the alarms on the duration of the execution: at its deadline, or when it has ended and was too long.

    An execution that ends at its deadline meets it.
    """
    machine = execution.machine
    limits = [(alarm, limit) for alarm in world.template.alarms for limit in alarm.limits if limit.machine == machine]
    for alarm, limit in sorted(limits, key=lambda each: each[1].seconds):
        if not limit.is_deadline:
            world.clock.process(_watch_end(world, execution, process, alarm, limit.seconds))
            continue
        left = execution.started + limit.seconds - world.at
        yield process | LateTimeout(world.clock, max(0.0, left))
        if (left := execution.started + limit.seconds - world.at) > 0 and execution.status != "SUCCEEDED":
            yield LateTimeout(world.clock, left)
        if not _has_succeeded(world, execution):
            reason = f"no run of {_shorten(execution)} has succeeded {format_duration(limit.seconds)} after its start"
            _change(world, execution, alarm, "ALARM", reason)


def _watch_end(
    world: World, execution: Execution, process: Process, alarm: AlarmResource, seconds: float
) -> Steps[None]:
    yield process
    if world.at - execution.started > seconds:
        yield world.clock.timeout(_METRIC_DELAY)
        reason = f"Threshold Crossed: ExecutionTime of {_shorten(execution)} is longer than {format_duration(seconds)}"
        _change(world, execution, alarm, "ALARM", reason)


def _has_succeeded(world: World, late: Execution) -> bool:
    """Return whether an execution of the machine has succeeded since this one has started."""
    return any(
        each.machine == late.machine and each.status == "SUCCEEDED" and (each.ended or 0.0) >= late.started
        for each in world.record.executions
    )


def _shorten(execution: Execution) -> str:
    return execution.title.removesuffix(SECOND_RUN)


def _change(world: World, execution: Execution, alarm: AlarmResource, after: str, reason: str) -> None:
    before = world.alarm_states.get(alarm.name, _NO_DATA)
    world.alarm_states[alarm.name] = after
    if before == after:
        return
    topics = tuple(arn for arn in alarm.actions if ":sns:" in arn or arn.startswith("<")) if after == "ALARM" else ()
    mute = _find_mute(world, alarm) if topics else None
    notified = () if mute else topics
    change = AlarmChange(at=world.at, alarm=alarm.name, before=before, after=after, reason=reason, told=notified)
    world.record.alarms.append(change)
    world.record_event(execution, AlarmChanged(alarm.name, before, after, reason, mute.rule if mute else None))
    if mute:
        world.clock.process(_notify_after_mute(world, alarm, change, topics, mute.end))
    else:
        _notify(world, change, topics, world.read_time())


def _notify(world: World, change: AlarmChange, topics: Iterable[str], changed: datetime) -> None:
    """Send the messages of the alarm's actions; `changed` is the time of the change."""
    body = {
        "AlarmName": change.alarm,
        "NewStateValue": change.after,
        "NewStateReason": change.reason,
        "OldStateValue": change.before,
        "StateChangeTime": format_timestamp(changed),
    }
    for topic in topics:
        message = Message(
            at=world.at,
            topic=topic,
            subject=f'{change.after}: "{change.alarm}" in {world.template.stack.where.region}',
            message=json.dumps(body, ensure_ascii=False),
            attributes={},
            sender=f"alarm {change.alarm}",
        )
        world.record.messages.append(message)


def _notify_after_mute(
    world: World, alarm: AlarmResource, change: AlarmChange, topics: Iterable[str], until: datetime
) -> Steps[None]:
    """Send the messages when the windows that mute the alarm have ended, if its state is still the same.

    After a day, the alarm of a deadline depends on the next run, which is not simulated: nothing is sent.
    """
    changed, end = world.read_time(), until
    while end - changed <= _NEXT_EVALUATION:
        yield world.clock.timeout((end - world.read_time()).total_seconds())
        if world.alarm_states[alarm.name] != change.after:
            return
        if not (mute := _find_mute(world, alarm)):
            _notify(world, change, topics, changed)
            return
        end = mute.end


def _find_mute(world: World, alarm: AlarmResource) -> _Mute | None:
    """Return the window that mutes the alarm now and ends last; None if none does."""
    found = [
        _Mute(end, rule.name)
        for rule in world.template.mute_rules
        if alarm.name in rule.alarms
        and is_zone(rule.timezone)
        and (end := find_mute_end(rule.start, rule.seconds, load_zone(rule.timezone), world.read_time()))
    ]
    return max(found, key=lambda mute: mute.end, default=None)
