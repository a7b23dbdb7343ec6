"""Scheduler expressions as Airflow's schedules."""

from __future__ import annotations

import pytest

from sfnorch.airflow.literals import format_source
from sfnorch.airflow.schedules import convert_schedule
from sfnorch.errors import SfnorchError
from sfnorch.plan.models.schedule import Schedule

TRIGGER = "from airflow.timetables.trigger import CronTriggerTimetable"
EVENTS = "from airflow.timetables.events import EventsTimetable"


@pytest.mark.parametrize(
    ("expression", "schedule", "imports"),
    [
        ("rate(6 hours)", "timedelta(hours=6)", ()),
        ("rate(1 minute)", "timedelta(minutes=1)", ()),
        ("cron(0 3 * * ? *)", 'CronTriggerTimetable("0 3 * * *", timezone="Europe/Paris")', (TRIGGER,)),
        (
            "cron(0/15 8-18 ? * 2-6 *)",
            'CronTriggerTimetable("0/15 8-18 * * MON-FRI", timezone="Europe/Paris")',
            (TRIGGER,),
        ),
        ("cron(0 6 L * ? *)", 'CronTriggerTimetable("0 6 L * *", timezone="Europe/Paris")', (TRIGGER,)),
        ("cron(0 6 ? * 6L *)", 'CronTriggerTimetable("0 6 * * L5", timezone="Europe/Paris")', (TRIGGER,)),
        ("cron(0 6 ? JAN,3 6#2 *)", 'CronTriggerTimetable("0 6 * JAN,3 FRI#2", timezone="Europe/Paris")', (TRIGGER,)),
        ("cron(0 6 ? * 02-06 *)", 'CronTriggerTimetable("0 6 * * MON-FRI", timezone="Europe/Paris")', (TRIGGER,)),
        ("cron(0 6 ? * mon,1/2 *)", 'CronTriggerTimetable("0 6 * * MON,SUN/2", timezone="Europe/Paris")', (TRIGGER,)),
        (
            "at(2030-01-31T05:00:00)",
            'EventsTimetable(\n    [pendulum.datetime(2030, 1, 31, 5, 0, 0, tz="Europe/Paris")],\n    description="once",\n)',
            ("import pendulum", EVENTS),
        ),
    ],
)
def test_a_schedule(expression: str, schedule: str, imports: tuple[str, ...]):
    made = convert_schedule(Schedule(expression=expression, timezone="Europe/Paris"))

    assert (format_source(made.schedule), made.imports) == (schedule, imports)


@pytest.mark.parametrize(
    "expression",
    [
        *("cron(0 6 15W * ? *)", "cron(0 6 L-3 * ? *)", "cron(0 6 ? * 2 2027)", "cron(0 6 ? * L *)"),
        *("cron(0 6 LW * ? *)", "cron(0 6 ? * FRIL *)", "rate(99999999999 days)"),
    ],
)
def test_what_airflow_has_no_schedule_for(expression: str):
    with pytest.raises(SfnorchError) as told:
        convert_schedule(Schedule(expression=expression))

    assert told.value.message == f"schedule: Airflow does not support {expression}"
    assert told.value.hint == "use cron(…) without a year, W and L-n; rate(…); or at(YYYY-MM-DDTHH:MM:SS)"
