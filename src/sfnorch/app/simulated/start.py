"""The start of a simulated run: its parameters, its scheduled time, and the time of the simulated clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.app.simulated.values import refuse_input
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.run_context import PARAMS, RUN, SCHEDULED_AT
from sfnorch.runs.parameters import find_unknown, has_run_context, merge_params, read_time_zone, suggest_params
from sfnorch.schedules.zones import UTC, is_existing_time, is_zone, list_gaps, load_zone
from sfnorch.template.schedules import find_schedule

if TYPE_CHECKING:
    from sfnorch.template.contents import Machine, Template

_FIRST_YEAR, _LAST_YEAR = 1970, 2199
"""The years of a schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""


class SimulatedStart(NamedTuple):
    """The input of the execution, and the start time of the clock; None for the default time."""

    execution_input: Json
    begin: datetime | None


def find_time_zone(template: Template, machine: Machine) -> str:
    """Return the time zone of the runs of the state machine: that of its dates, else that of the schedule, else UTC."""
    definition: Mapping[str, Json] = machine.definition.data if machine.definition else {}
    if has_run_context(definition):
        return read_time_zone(definition)
    schedule = find_schedule(template.stack)
    zone = schedule.zone_name if schedule else None
    return zone if zone and is_zone(zone) else UTC


def make_start(
    template: Template, machine: Machine, execution_input: Json, params: Mapping[str, Json], at: datetime | None
) -> SimulatedStart:
    """Return the input with the parameters and the scheduled time, as `sfnorch run` and a schedule give them.

    The scheduled time is part of the input of a state machine that resolves the date of its runs. For another one, only
    the clock starts at it.

    Raises SfnorchError for unknown parameters, and RequestError for a time that does not exist, and for an input that
    cannot have parameters.
    """
    definition: Mapping[str, Json] = machine.definition.data if machine.definition else {}
    if params and (unknown := list(find_unknown(template.build_title(machine), definition, params))):
        raise SfnorchError("\n".join(unknown), hint=suggest_params(definition))
    begin = None if at is None else _resolve_time(at, find_time_zone(template, machine))
    added: dict[str, Json] = {}
    if params:
        added[PARAMS] = merge_params(execution_input, params)
    if begin is not None and has_run_context(definition):
        before = execution_input.get(RUN) if isinstance(execution_input, dict) else None
        scheduled = begin.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        added[RUN] = {**(before if isinstance(before, dict) else {}), SCHEDULED_AT: scheduled}
    if added and not isinstance(execution_input, dict):
        raise RequestError(": must be an object if the run has parameters or a scheduled time", field="execution_input")
    whole = {**execution_input, **added} if isinstance(execution_input, dict) else execution_input
    refuse_input(whole)
    return SimulatedStart(whole, begin)


def _resolve_time(at: datetime, zone_name: str) -> datetime:
    """Return the time in UTC; a local time is in this time zone, and the first of two if it exists twice.

    Raises RequestError for a local time that daylight saving time skips: EventBridge Scheduler starts nothing then.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    """
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise RequestError(f": the year {at.year} is not from {_FIRST_YEAR} to {_LAST_YEAR}", field="at")
    if at.tzinfo is not None:
        return at.astimezone(timezone.utc)
    place = load_zone(zone_name)
    found = at.replace(tzinfo=place, fold=0).astimezone(timezone.utc)
    if not is_existing_time(at, place):
        gap = next(list_gaps(place, found - timedelta(days=1), found))
        raise RequestError(
            f": {at:%Y-%m-%d %H:%M} does not exist in {zone_name}, where the clocks go from {gap.first:%H:%M} to "
            f"{gap.end:%H:%M}; a schedule skips such a time, so pass another one",
            field="at",
        )
    return found
