"""Start times in time zones, and what a user may not expect of them."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import islice

import pytest

from sfnorch.schedules.expressions import read_expression
from sfnorch.schedules.starts import StartPreview, compute_outlook, list_start_times
from sfnorch.schedules.zones import load_zone

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=timezone.utc)  # a Thursday


def ahead(text: str, zone_name: str = "UTC", now: datetime = NOW, count: int = 3) -> StartPreview:
    expression = read_expression(text).expression
    assert expression is not None
    return compute_outlook(expression, zone_name, now, count)


def starts(text: str, zone_name: str = "UTC", now: datetime = NOW, count: int = 3) -> list[str]:
    return [
        start.isoformat(timespec="minutes").removesuffix("+00:00")
        for start in ahead(text, zone_name, now, count).starts
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # of the documentation
        ("cron(0 10 * * ? *)", ["2026-11-06T10:00", "2026-11-07T10:00", "2026-11-08T10:00"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-05T18:00", "2026-11-06T18:00", "2026-11-09T18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00", "2027-02-01T08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-11-05T12:15", "2026-11-05T12:30", "2026-11-05T12:45"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-05T12:05", "2026-11-05T12:10", "2026-11-05T12:15"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", ["2026-11-05T20:00", "2026-11-05T20:30", "2026-11-05T21:00"]),
        ("cron(1/10 13 * * ? *)", ["2026-11-05T13:01", "2026-11-05T13:11", "2026-11-05T13:21"]),
        ("cron(15 10 ? * 6L 2026-2027)", ["2026-11-27T10:15", "2026-12-25T10:15", "2027-01-29T10:15"]),
        ("cron(0 9 ? * 3#2 *)", ["2026-11-10T09:00", "2026-12-08T09:00", "2027-01-12T09:00"]),
        ("cron(0 9 3W * ? *)", ["2026-12-03T09:00", "2027-01-04T09:00", "2027-02-03T09:00"]),
        ("cron(0 9 L * ? *)", ["2026-11-30T09:00", "2026-12-31T09:00", "2027-01-31T09:00"]),
        ("cron(0 9 ? * L *)", ["2026-11-07T09:00", "2026-11-14T09:00", "2026-11-21T09:00"]),
        ("cron(0 9 ? JAN,FEB 1 *)", ["2027-01-03T09:00", "2027-01-10T09:00", "2027-01-17T09:00"]),
        # at the ends of months and years
        ("cron(0 9 1W * ? *)", ["2026-12-01T09:00", "2027-01-01T09:00", "2027-02-01T09:00"]),
        ("cron(0 9 1W 5 ? *)", ["2027-05-03T09:00", "2028-05-01T09:00", "2029-05-01T09:00"]),
        ("cron(0 9 31W 1 ? *)", ["2027-01-29T09:00", "2028-01-31T09:00", "2029-01-31T09:00"]),
        ("cron(0 9 LW * ? *)", ["2026-11-30T09:00", "2026-12-31T09:00", "2027-01-29T09:00"]),
        ("cron(0 9 L-3 * ? *)", ["2026-11-27T09:00", "2026-12-28T09:00", "2027-01-28T09:00"]),
        ("cron(0 9 31 * ? *)", ["2026-12-31T09:00", "2027-01-31T09:00", "2027-03-31T09:00"]),
        ("cron(0 0 29 2 ? 2096-2199)", ["2096-02-29T00:00", "2104-02-29T00:00", "2108-02-29T00:00"]),
        ("cron(0 0 ? 2 7#5 *)", ["2048-02-29T00:00", "2076-02-29T00:00", "2116-02-29T00:00"]),
        ("cron(59 23 31 12 ? 2199)", ["2199-12-31T23:59"]),
        ("at(2030-01-31T05:00:00)", ["2030-01-31T05:00"]),
        ("rate(1 day)", []),
    ],
)
def test_the_next_three(text: str, expected: list[str]):
    assert starts(text) == expected


def test_a_start_at_this_very_instant_is_not_ahead():
    assert starts("cron(0 12 * * ? *)", count=1) == ["2026-11-06T12:00"]
    assert starts("at(2026-11-05T12:00:00)") == []
    assert starts("at(2026-11-05T12:00:01)") == ["2026-11-05T12:00"]


def test_the_zone_moves_with_daylight_saving():
    before = datetime(2027, 3, 27, 0, 0, tzinfo=timezone.utc)
    assert starts("cron(0 8 * * ? *)", "Europe/Berlin", before) == [
        "2027-03-27T08:00+01:00",
        "2027-03-28T08:00+02:00",
        "2027-03-29T08:00+02:00",
    ]


def test_a_date_is_the_zones_own():
    assert starts("cron(30 22 ? * FRI *)", "America/New_York", count=1) == ["2026-11-06T22:30-05:00"]
    assert starts("cron(30 4 ? * FRI *)", "Asia/Tokyo", count=1) == ["2026-11-06T04:30+09:00"]
    assert starts("at(2027-06-01T05:00:00)", "Asia/Kolkata") == ["2027-06-01T05:00+05:30"]


def test_a_start_in_a_gap_is_skipped():
    before = datetime(2027, 3, 27, 0, 0, tzinfo=timezone.utc)
    assert starts("cron(30 2 * * ? *)", "Europe/Berlin", before) == [
        "2027-03-27T02:30+01:00",
        "2027-03-29T02:30+02:00",
        "2027-03-30T02:30+02:00",
    ]


def test_a_start_in_an_overlap_is_one():
    before = datetime(2027, 10, 30, 22, 0, tzinfo=timezone.utc)
    assert starts("cron(30 2 * * ? *)", "Europe/Berlin", before, 2) == [
        "2027-10-31T02:30+02:00",
        "2027-11-01T02:30+01:00",
    ]
    assert starts("cron(0/30 * * * ? *)", "Europe/Berlin", before, 7) == [
        *("2027-10-31T00:30+02:00", "2027-10-31T01:00+02:00", "2027-10-31T01:30+02:00"),
        *("2027-10-31T02:00+02:00", "2027-10-31T02:30+02:00"),
        *("2027-10-31T03:00+01:00", "2027-10-31T03:30+01:00"),
    ]


def test_in_the_second_half_of_an_overlap_the_first_is_over():
    within = datetime(2027, 10, 31, 1, 10, tzinfo=timezone.utc)  # 02:10 in Berlin, a second time
    assert starts("cron(30 2 * * ? *)", "Europe/Berlin", within, 1) == ["2027-11-01T02:30+01:00"]


def doubts(text: str, zone_name: str = "UTC", now: datetime = NOW) -> list[str]:
    return [f"{doubt.message}; {doubt.fix}" for doubt in ahead(text, zone_name, now).doubts]


OUTSIDE = "write a time outside of 02:00 to 03:00, or use the time zone UTC"
DOUBTS = {
    ("cron(30 2 * * ? *)", "Europe/Berlin"): [
        f"the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00; {OUTSIDE}"
    ],
    ("cron(0 0-5 * * ? *)", "America/New_York"): [
        f"the start at 2027-03-14 02:00 is skipped: in America/New_York the clocks go from 02:00 to 03:00; {OUTSIDE}"
    ],
    ("cron(30 0 ? * FRI *)", "Africa/Cairo"): [
        ("the start at 2027-04-30 00:30 is skipped: in Africa/Cairo the clocks go from 00:00 to 01:00; "
        "write a time outside of 00:00 to 01:00, or use the time zone UTC")
    ],
    ("cron(15 2 ? 10 1#1 *)", "Australia/Lord_Howe"): [
        ("every start, such as the one at 2027-10-03 02:15, is skipped: in Australia/Lord_Howe the clocks go from 02:00 "
        "to 02:30; write a time outside of 02:00 to 02:30, or use the time zone UTC")
    ],
    ("cron(30 2 ? 3 1L 2196)", "Europe/Berlin"): [
        f"every start, such as the one at 2196-03-27 02:30, is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00; {OUTSIDE}"
    ],
    ("at(2027-03-28T02:30:00)", "Europe/Berlin"): [
        f"the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00; {OUTSIDE}"
    ],
    ("cron(30 3 * * ? *)", "Europe/Berlin"): [],
    ("cron(30 2 * 4-12 ? *)", "Europe/Berlin"): [],
    ("cron(0/10 * * * ? *)", "Europe/Berlin"): [],  # the hour is missing, not a start
    ("cron(30 2 * * ? *)", "UTC"): [],
    ("cron(30 2 * * ? *)", "Asia/Kolkata"): [],
    ("rate(1 hour)", "Europe/Berlin"): [],
    ("at(2020-01-01T00:00:00)", "UTC"): ["at(2020-01-01T00:00:00) is in the past; write a later time"],
    ("at(2020-03-29T02:30:00)", "Europe/Berlin"): ["at(2020-03-29T02:30:00) is in the past; write a later time"],
    ("cron(0 3 * * ? 2020-2025)", "UTC"): [
        "cron(0 3 * * ? 2020-2025) has no start time after 2026-11-05; write a later year, or *"
    ],
    ("cron(0 3 1 1 ? 2026)", "UTC"): [
        "cron(0 3 1 1 ? 2026) has no start time after 2026-11-05; write a later year, or *"
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "zone_name"), DOUBTS)
def test_what_a_user_may_not_expect(text: str, zone_name: str):
    assert doubts(text, zone_name) == DOUBTS[text, zone_name]


def test_a_gap_that_is_over_is_none():
    assert doubts("cron(30 2 * * ? 2027)", "Europe/Berlin", datetime(2027, 3, 28, 1, 0, tzinfo=timezone.utc)) == []


def test_of_what_is_over_aws_refuses_a_cron_but_takes_an_at():
    assert [doubt.refused for doubt in ahead("cron(0 3 * * ? 2020)").doubts] == [True]
    assert [doubt.refused for doubt in ahead("at(2020-01-01T00:00:00)").doubts] == [False]
    assert [doubt.refused for doubt in ahead("cron(30 2 * * ? *)", "Europe/Berlin").doubts] == [False]


def test_start_times_do_not_end_before_the_expression_does():
    expression = read_expression("cron(0 0 1 1 ? *)").expression
    assert expression is not None
    years = [start.year for start in islice(list_start_times(expression, load_zone("Europe/Berlin"), NOW), 1_000)]
    assert years == list(range(2027, 2200))
