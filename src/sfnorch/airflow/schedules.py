"""From an EventBridge Scheduler expression to Airflow's schedule.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timetable.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from sfnorch.airflow.literals import Call, Literal
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.plan.models import Schedule

_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RATE = re.compile(r"rate\(([0-9]+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\(([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\)")
_MOST = 100_000
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FIELDS = (
    (range(60), ()),
    (range(24), ()),
    (range(1, 32), ("L",)),
    (range(1, 13), _MONTHS),
    (range(1, 8), (*_DAYS, "L")),
)
"""What the fields of a cron expression may hold: numbers, and words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A schedule in Airflow's terms, and the imports that it takes."""

    schedule: Literal
    imports: tuple[str, ...] = ()


def timing(schedule: Schedule | None) -> Timing:
    """When the DAG runs by itself. Raises SfnorchError for what Airflow can't say, or has no such time zone for."""
    if schedule is None:
        return Timing(schedule=None)
    zones = available_timezones()  # none, where the machine has no such data
    if zones and schedule.timezone not in zones:
        raise SfnorchError(f"schedule.timezone: there is no time zone {schedule.timezone!r}")
    if match := _RATE.fullmatch(schedule.expression):
        if not 1 <= int(match[1]) <= _MOST:
            raise _unsayable(schedule.expression)
        delta = Call(function="timedelta", keywords={f"{match[2]}s": int(match[1])})
        return Timing(schedule=delta)
    if match := _AT.fullmatch(schedule.expression):
        try:
            at = datetime.fromisoformat(match[1])
        except ValueError:
            raise _unsayable(schedule.expression) from None
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
    for field, (numbers, words) in zip(fields, _FIELDS, strict=False):
        if not _holds(field.upper(), numbers, words):
            raise _unsayable(expression)
    minute, hour, day, month, weekday, _ = (field.replace("?", "*").upper() for field in fields)
    if "L" in day and day != "L":
        raise _unsayable(expression)
    return " ".join((minute, hour, day, month, _weekday(weekday, expression)))


def _holds(field: str, numbers: range, words: Sequence[str]) -> bool:
    """Whether the field has but such numbers and words, and what joins them; steps and counts are any numbers."""
    parts = re.findall(r"[0-9]+|[A-Z]+|[*?,/#-]", re.sub(r"[/#][0-9]+", "", field))
    known = (part in words or part in "*?,-" or (part.isdigit() and int(part) in numbers) for part in parts)
    return all(known) and "".join(re.findall(r"[0-9A-Z*?,/#-]", field)) == field


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
