"""Deadlines of a schedule: how long a run may take, and the day that ends at the deadline."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.schedules.cron import CronExpression
from sfnorch.schedules.deadlines import (
    QuietDays,
    compute_window,
    count_seconds,
    find_daily_start,
    find_shortest_interval,
)
from sfnorch.schedules.expressions import Expression, read_expression
from sfnorch.schedules.zones import load_zone


def read(text: str) -> Expression:
    expression = read_expression(text).expression
    assert expression is not None
    return expression


def cron(text: str) -> CronExpression:
    expression = read(text)
    assert isinstance(expression, CronExpression)
    return expression


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("cron(30 2 * * ? *)", time(2, 30)),
        ("cron(0 2 ? * MON-FRI *)", time(2)),
        ("cron(0 2 ? * 2,4 *)", time(2)),
        ("cron(0 2,14 * * ? *)", None),
        ("cron(0/30 2 * * ? *)", None),
        ("cron(0 2 1 * ? *)", None),
        ("cron(0 2 L * ? *)", None),
        ("cron(0 2 ? * MON#1 *)", None),
        ("cron(0 2 * 1-6 ? *)", None),
        ("cron(0 2 * * ? 2027)", None),
        ("rate(1 day)", None),
        ("at(2027-01-01T02:00:00)", None),
    ],
)
def test_only_a_schedule_with_one_start_on_days_of_the_week_has_a_daily_start(text: str, start: time | None):
    assert find_daily_start(read(text)) == start


@pytest.mark.parametrize(("start", "deadline", "hours"), [("02:00", "06:00", 4), ("22:00", "06:00", 8), ("03:00", "02:00", 23), ("03:00", "03:00", 0)])  # fmt: skip
def test_a_deadline_is_the_next_such_time_of_day(start: str, deadline: str, hours: int):
    assert count_seconds(time.fromisoformat(start), time.fromisoformat(deadline)) == hours * 3_600


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("UTC", "UTC-06:00"),
        ("Europe/Berlin", "UTC-05:00"),
        ("Asia/Tokyo", "UTC+03:00"),
        ("Asia/Kolkata", "UTC-00:30"),
        ("America/New_York", "UTC-11:00"),
        ("Australia/Sydney", "UTC+04:00"),
        ("Africa/Casablanca", "UTC-06:00"),
        ("Asia/Kathmandu", "UTC-00:15"),
    ],
)
def test_the_day_ends_at_the_deadline_in_standard_time(zone: str, offset: str):
    assert compute_window(cron("cron(0 2 * * ? *)"), zone, 4 * 3_600).offset == offset


def test_a_deadline_at_midnight_in_utc_needs_no_offset():
    assert compute_window(cron("cron(0 22 * * ? *)"), "UTC", 7_200).offset == "UTC"


@pytest.mark.parametrize(
    ("text", "zone", "seconds", "quiet"),
    [
        ("cron(0 2 * * ? *)", "Europe/Berlin", 14_400, ()),
        (
            "cron(0 2 ? * MON-FRI *)",
            "UTC",
            14_400,
            (QuietDays(start="cron(0 6 * * SAT)", seconds=2 * 86_400 + 3_600),),
        ),
        (
            "cron(0 22 ? * MON-FRI *)",
            "Europe/Berlin",
            8 * 3_600,
            (QuietDays(start="cron(0 6 * * SUN)", seconds=2 * 86_400 + 7_200),),
        ),
        (
            "cron(0 2 ? * MON,THU *)",
            "UTC",
            90 * 60,
            (
                QuietDays(start="cron(30 3 * * TUE)", seconds=2 * 86_400 + 3_600),
                QuietDays(start="cron(30 3 * * FRI)", seconds=3 * 86_400 + 3_600),
            ),
        ),
    ],
)
def test_days_without_a_start_have_no_deadline(text: str, zone: str, seconds: int, quiet: tuple[QuietDays, ...]):
    assert compute_window(cron(text), zone, seconds).quiet == quiet


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("cron(0 2 * * ? *)", 86_400),
        ("cron(0 2,14 * * ? *)", 43_200),
        ("cron(0 2,3 ? * MON *)", 3_600),
        ("rate(15 minutes)", 900),
        ("at(2027-01-01T02:00:00)", None),
        ("cron(0 2 1 1 ? 2027)", None),
    ],
)
def test_the_shortest_interval_of_a_schedule(text: str, seconds: float | None):
    assert find_shortest_interval(read(text)) == seconds


@given(
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    seconds=st.integers(60, 86_400),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Pacific/Apia"]),
    day=st.integers(0, 364),
)
def test_every_day_ends_between_the_deadline_and_an_hour_and_5_minutes_later(
    hour: int, minute: int, seconds: int, zone: str, day: int
):
    window = compute_window(cron(f"cron({minute} {hour} * * ? *)"), zone, seconds)
    sign, hours, minutes = window.offset[3:4] or "+", window.offset[4:6] or "0", window.offset[7:9] or "0"
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    assert offset % timedelta(minutes=5) == timedelta()
    start = datetime(2026, 1, 1, hour, minute, tzinfo=timezone.utc) + timedelta(days=day)
    local = start.replace(tzinfo=load_zone(zone))
    deadline = local.astimezone(timezone.utc) + timedelta(seconds=seconds)
    past = (deadline + offset).replace(tzinfo=None) - datetime.combine((deadline + offset).date(), time())
    left = (timedelta(days=1) - past) % timedelta(days=1)  # until midnight at the offset
    assert left <= timedelta(hours=1, minutes=5)
