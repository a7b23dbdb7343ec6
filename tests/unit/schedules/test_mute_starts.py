"""The windows in which alarms are muted: whether a moment is in one, and when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.schedules.mute_starts import find_mute_end

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = 3_600, 86_400


def find_end(start: str, seconds: int, moment: str, zone: str = "Europe/Berlin") -> str:
    """Return the end in the time zone, for a moment in it; empty outside of each window."""
    place = ZoneInfo(zone)
    end = find_mute_end(start, seconds, place, datetime.fromisoformat(moment).replace(tzinfo=place))
    return f"{end.astimezone(place):%Y-%m-%dT%H:%M}" if end else ""


@pytest.mark.parametrize(
    ("start", "seconds", "moment", "end"),
    [
        ("at(2026-12-24T00:00)", 3 * DAY, "2026-12-24T00:00", "2026-12-27T00:00"),
        ("at(2026-12-24T00:00)", 3 * DAY, "2026-12-26T23:59", "2026-12-27T00:00"),
        ("at(2026-12-24T00:00)", 3 * DAY, "2026-12-27T00:00", ""),
        ("at(2026-12-24T00:00)", 3 * DAY, "2026-12-23T23:59", ""),
        ("cron(0 6 * * SAT)", 2 * DAY + 2 * HOUR, "2026-12-21T06:00", "2026-12-21T08:00"),
        ("cron(0 6 * * SAT)", 2 * DAY + 2 * HOUR, "2026-12-22T06:00", ""),
        ("cron(0 6 * * 6)", HOUR, "2026-12-19T06:30", "2026-12-19T07:00"),
        ("cron(0 6 * * 0)", HOUR, "2026-12-20T06:30", "2026-12-20T07:00"),
        ("cron(0 6 * * 7)", HOUR, "2026-12-20T06:30", "2026-12-20T07:00"),
        ("cron(0 0 1 1,7 *)", DAY, "2026-07-01T12:00", "2026-07-02T00:00"),
        ("cron(0 0 1 1,7 *)", DAY, "2026-08-01T12:00", ""),
        ("cron(0 0 1 * MON)", DAY, "2026-12-07T12:00", "2026-12-08T00:00"),
        ("cron(0 0 1 * MON)", DAY, "2026-12-01T12:00", "2026-12-02T00:00"),
        ("cron(0,30 * * * *)", 1_200, "2026-12-01T12:45", "2026-12-01T12:50"),
        ("cron(0,30 * * * *)", 1_200, "2026-12-01T12:55", ""),
        ("cron(0 22 * * *)", 12 * HOUR, "2026-03-29T09:00", "2026-03-29T11:00"),  # the night has 11 hours
        ("rate(1 day)", DAY, "2026-12-01T12:00", ""),
        ("cron(61 0 * * *)", DAY, "2026-12-01T12:00", ""),
        ("cron(0 0 * * ? *)", DAY, "2026-12-01T12:00", ""),
        ("at(2026-02-30T00:00)", DAY, "2026-03-01T00:00", ""),
        ("", DAY, "2026-03-01T00:00", ""),
    ],
)
def test_the_end_of_a_window(start: str, seconds: int, moment: str, end: str):
    assert find_end(start, seconds, moment) == end


@given(
    st.integers(0, 59),
    st.integers(0, 23),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(60, 15 * DAY),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
)
def test_a_moment_is_muted_if_a_window_started_less_than_its_duration_ago(
    minute: int, hour: int, weekdays: set[int], seconds: int, at: datetime
):
    moment, length = at.replace(tzinfo=BERLIN), timedelta(seconds=seconds)
    days = (at.date() - timedelta(days=number) for number in range(17))
    local = (datetime(day.year, day.month, day.day, hour, minute) for day in days if day.isoweekday() % 7 in weekdays)
    starts = [start.replace(tzinfo=BERLIN).astimezone(timezone.utc) for start in local]
    expected = max((start + length for start in starts if start <= moment < start + length), default=None)
    text = f"cron({minute} {hour} * * {','.join(map(str, sorted(weekdays)))})"
    assert find_mute_end(text, seconds, BERLIN, moment) == expected
