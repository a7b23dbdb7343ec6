"""From an EventBridge Scheduler expression to Airflow's schedule.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timetable.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.airflow.literals import Call, Literal
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.plan.models import Schedule

_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A schedule in Airflow's terms, and the imports that it takes."""

    schedule: Literal
    imports: tuple[str, ...] = ()


def timing(schedule: Schedule | None) -> Timing:
    """When the DAG runs by itself. Raises SfnorchError for what Airflow can't say."""
    if schedule is None:
        return Timing(schedule=None)
    if match := _RATE.fullmatch(schedule.expression):
        delta = Call(function="timedelta", keywords={f"{match[2]}s": int(match[1])})
        return Timing(schedule=delta)
    if match := _AT.fullmatch(schedule.expression):
        at = datetime.fromisoformat(match[1])
        parts: tuple[Literal, ...] = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        moment = Call(function="pendulum.datetime", arguments=parts, keywords={"tz": schedule.timezone})
        once = Call(function="EventsTimetable", arguments=([moment],), keywords={"description": "once"})
        return Timing(
            schedule=once, imports=("import pendulum", "from airflow.timetables.events import EventsTimetable")
        )
    if schedule.expression.startswith("cron("):
        cron = _cron(schedule.expression)
        table = Call(function="CronTriggerTimetable", arguments=(cron,), keywords={"timezone": schedule.timezone})
        return Timing(schedule=table, imports=("from airflow.timetables.trigger import CronTriggerTimetable",))
    raise _unsayable(schedule.expression)


def _cron(expression: str) -> str:
    """The five fields of cron: without the year, days of the week by name, since AWS counts them from 1."""
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    if len(fields) != 6 or fields[5] not in ("*", "?"):
        raise _unsayable(expression)
    minute, hour, day, month, weekday, _ = (field.replace("?", "*").upper() for field in fields)
    if "W" in day or re.search(r"L.", day):
        raise _unsayable(expression)
    return " ".join((minute, hour, day, month, _weekday(weekday, expression)))


def _weekday(field: str, expression: str) -> str:
    if re.fullmatch(r"[1-7]L", field):
        return f"L{int(field[0]) - 1}"
    if "L" in field:
        raise _unsayable(expression)

    def named(match: re.Match[str]) -> str:
        return _DAYS[int(match[0]) - 1]

    # the number behind a slash or a hash counts, and is no day
    return re.sub(r"(?<![/#\d])[1-7](?!\d)", named, field)


def _unsayable(expression: str) -> SfnorchError:
    return SfnorchError(
        f"schedule: Airflow has no schedule for {expression}",
        hint="cron(…) without a year, W and L-n, rate(…) and at(YYYY-MM-DDTHH:MM:SS) can be exported",
    )
