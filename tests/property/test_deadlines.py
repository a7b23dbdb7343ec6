"""The alarm of a deadline, evaluated here by the rules of CloudWatch, against runs of a few weeks of any length."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.schedules.expressions import read_expression
from sfnorch.schedules.starts import list_start_times
from sfnorch.schedules.zones import load_zone
from sfnorch.workflow import Deadline

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham")
WEEKS = 40
DAY = timedelta(days=1)


class Run(NamedTuple):
    start: datetime
    end: datetime | None
    """None for a run that hangs or never starts."""


def find_boundary(after: datetime, offset: str) -> datetime:
    """Return the end of the first day at the offset that ends at this instant or later."""
    match = re.fullmatch(r"UTC(?:([+-])(\d\d):(\d\d))?", offset)
    assert match
    away = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
    local = after + away
    midnight = datetime.combine(local.date(), time(), timezone.utc)
    return (midnight if midnight == local else midnight + DAY) - away


def is_missed(runs: list[Run], end: datetime, seconds: int) -> bool:
    """Return whether the metrics of the day that ends then breach: no run has succeeded, or the shortest is too long."""
    taken = [(run.end - run.start).total_seconds() for run in runs if run.end and end - DAY < run.end <= end]
    return not (taken and min(taken) <= seconds)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    limit=st.integers(5, 22 * 60),
    durations=st.lists(st.none() | st.integers(1, 30 * 60), min_size=WEEKS, max_size=WEEKS),
    first=st.integers(0, 330),
)
def test_the_alarm_is_raised_on_the_days_of_late_and_missing_runs_only(
    zone: str, hour: int, minute: int, limit: int, durations: list[int | None], first: int
):
    text = f"cron({minute} {hour} * * ? *)"
    plan = f"""{{pattern: flow, schedule: {{expression: "{text}", timezone: {zone}}}, max_duration: {limit}m,
        steps: [{{name: a, glue_job: a}}]}}"""
    [deadline] = build_workflow(parse_plan(plan)).deadlines
    assert isinstance(deadline, Deadline)
    expression = read_expression(text).expression
    assert expression
    begin = datetime(2026, 1, 1, tzinfo=timezone.utc) + first * DAY
    starts = list_start_times(expression, load_zone(zone), begin)
    runs = []
    for minutes in durations:
        start = next(starts).astimezone(timezone.utc)
        runs.append(Run(start, None if minutes is None else start + timedelta(minutes=minutes)))
    for run, minutes in zip(runs, durations, strict=True):
        end = find_boundary(run.start + timedelta(minutes=limit), deadline.offset)
        late = minutes is None or minutes > limit
        assert is_missed(runs, end, deadline.seconds) == late
        assert end - (run.start + timedelta(minutes=limit)) <= timedelta(hours=1, minutes=5)
