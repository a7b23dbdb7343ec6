"""What starts the main state machine: its schedule, further schedules, objects in S3, and events.

The input of an execution has the scheduled time: the time of the schedule, or of the event. Values of an event are
placeholders outside of strings, so that EventBridge inserts each as JSON and it stays data.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (documented)
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html (documented)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfnorch.naming import derive_logical_key
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.run_context import PARAMS, RUN, SCHEDULED_AT
from sfnorch.workflow import EventStart, ExecutionSchedule, ScheduledStart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfnorch.json_values import Json
    from sfnorch.plan.default import DefaultPlan
    from sfnorch.plan.kinds import ScheduledPlan
    from sfnorch.plan.models.schedule import Schedule
    from sfnorch.plan.models.starts import S3Start, Start

MAIN = "Master"
"""The key of the main state machine of most patterns."""

_TIME = "scheduled-at"
"""The variable with the time of the event. No parameter has a dash in its name."""


def build_schedule(plan: ScheduledPlan | DefaultPlan, machine: str = MAIN) -> ExecutionSchedule | None:
    """Return the schedule of the state machine with this key; None if the plan has no schedule."""
    if plan.schedule is None:
        return None
    if not has_run_context(plan):
        return ExecutionSchedule(machine, plan.schedule.expression, plan.schedule.timezone)
    return _build_execution_schedule(plan.schedule, machine, {})


def build_starts(plan: ScheduledPlan | DefaultPlan, machine: str = MAIN) -> tuple[ScheduledStart | EventStart, ...]:
    """Return the further starts of the state machine with this key."""
    return tuple(_build_start(start, machine) for start in plan.starts)


def _build_start(start: Start, machine: str) -> ScheduledStart | EventStart:
    key = derive_logical_key(start.name)
    if start.schedule is not None:
        return ScheduledStart(key, start.name, _build_execution_schedule(start.schedule, machine, start.params))
    from sfnorch.plan.starts import find_event_path

    paths = {name: find_event_path(start, text) for name, text in start.params_from.items()}
    return EventStart(
        key=key,
        name=start.name,
        machine=machine,
        pattern=_build_object_pattern(start.s3) if start.s3 else start.event or {},
        paths={**paths, _TIME: "$.time"},
        template=_build_template(start.params, tuple(paths)),
    )


def _build_execution_schedule(schedule: Schedule, machine: str, params: Mapping[str, Json]) -> ExecutionSchedule:
    described: dict[str, Json] = {PARAMS: dict(params)} if params else {}
    described[RUN] = {SCHEDULED_AT: "<aws.scheduler.scheduled-time>"}
    return ExecutionSchedule(machine, schedule.expression, schedule.timezone, _write(described))


def _build_template(params: Mapping[str, Json], names: tuple[str, ...]) -> str:
    """Return the template of the input: constants as JSON, and a placeholder for each value from the event."""
    entries = [f"{_write(name)}: {_write(value)}" for name, value in params.items()]
    entries += [f"{_write(name)}: <{name}>" for name in names]
    given = f"{_write(PARAMS)}: {{{', '.join(entries)}}}, " if entries else ""
    return f"{{{given}{_write(RUN)}: {{{_write(SCHEDULED_AT)}: <{_TIME}>}}}}"


def _build_object_pattern(objects: S3Start) -> Mapping[str, Json]:
    """Return the pattern for new objects. Items of a list are alternatives, so prefix and suffix are one wildcard.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html (documented)
    """
    from sfnorch.event_rules.operators import escape_wildcard  # few plans have events

    detail: dict[str, Json] = {"bucket": {"name": [objects.bucket]}}
    match objects.prefix, objects.suffix:
        case "", "":
            pass
        case prefix, "":
            detail["object"] = {"key": [{"prefix": prefix}]}
        case "", suffix:
            detail["object"] = {"key": [{"suffix": suffix}]}
        case prefix, suffix:
            detail["object"] = {"key": [{"wildcard": f"{escape_wildcard(prefix)}*{escape_wildcard(suffix)}"}]}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}


def _write(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
