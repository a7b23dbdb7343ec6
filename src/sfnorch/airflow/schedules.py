"""Translate a schedule expression of EventBridge Scheduler to a schedule of Airflow.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timetable.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.errors import SfnorchError
from sfnorch.schedules.cron import CronExpression
from sfnorch.schedules.days import LastDay, LastWorkday, NearestWorkday
from sfnorch.schedules.expressions import read_expression
from sfnorch.schedules.fields import WEEKDAYS
from sfnorch.schedules.moments import OneTimeExpression
from sfnorch.schedules.rates import RateExpression

if TYPE_CHECKING:
    from sfnorch.plan.models.schedule import Schedule

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowSchedule:
    """A schedule of Airflow, and the imports that it needs."""

    schedule: Literal
    imports: tuple[str, ...] = ()


def convert_schedule(schedule: Schedule | None) -> AirflowSchedule:
    """Return the DAG's schedule. Raises SfnorchError for schedules that Airflow does not support."""
    if schedule is None:
        return AirflowSchedule(schedule=None)
    match read_expression(schedule.expression).expression:
        case RateExpression() as rate if rate.value <= _MOST:
            return AirflowSchedule(schedule=SourceCall(function="timedelta", keywords={f"{rate.unit}s": rate.value}))
        case OneTimeExpression(time=at):
            parts: tuple[Literal, ...] = (at.year, at.month, at.day, at.hour, at.minute, at.second)
            moment = SourceCall(function="pendulum.datetime", arguments=parts, keywords={"tz": schedule.timezone})
            once = SourceCall(function="EventsTimetable", arguments=([moment],), keywords={"description": "once"})
            imports = ("import pendulum", "from airflow.timetables.events import EventsTimetable")
            return AirflowSchedule(schedule=once, imports=imports)
        case CronExpression() as cron if (fields := _convert_cron(cron)) is not None:
            table = SourceCall(
                function="CronTriggerTimetable", arguments=(fields,), keywords={"timezone": schedule.timezone}
            )
            return AirflowSchedule(
                schedule=table, imports=("from airflow.timetables.trigger import CronTriggerTimetable",)
            )
    raise SfnorchError(
        f"schedule: Airflow does not support {schedule.expression}",
        hint="use cron(…) without a year, W and L-n; rate(…); or at(YYYY-MM-DDTHH:MM:SS)",
    )


def _convert_cron(cron: CronExpression) -> str | None:
    """Return the five fields of cron: without the year, days of the week by name, since AWS counts them from 1.

    Returns None if cron can't express the schedule.
    """
    if cron.fields[5] != "*":
        return None
    match cron.days:
        case LastWorkday() | NearestWorkday():
            return None
        case LastDay(before=before) if before:
            return None
    minute, hour, day, month, weekday = (field.replace("?", "*").upper() for field in cron.fields[:5])
    named = _convert_weekday(weekday)
    return None if named is None else " ".join((minute, hour, day, month, named))


def _convert_weekday(field: str) -> str | None:
    if match := re.fullmatch(r"0*([1-7])L", field):
        return f"L{int(match[1]) - 1}"
    if "L" in field:
        return None
    # the number after a slash or a hash is a count, not a day
    return re.sub(r"(?<![/#\d])0*([1-7])(?!\d)", lambda match: WEEKDAYS[int(match[1]) - 1], field)
