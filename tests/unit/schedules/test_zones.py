"""Names of time zones, and the local times that a zone leaves out."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from sfnorch.schedules.zones import ClockChange, find_zone_fault, is_existing_time, is_zone, list_gaps, load_zone

IANA = "write a name of the IANA time zone database, such as Europe/Berlin"


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT-2", "CET", "GB"])
def test_a_zone(name: str):
    assert (is_zone(name), find_zone_fault(name)) == (True, None)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("berln", "did you mean Europe/Berlin?"),
        ("New York", "did you mean America/New_York?"),
        ("Amerika/New_York", "did you mean America/New_York?"),
        ("utc", "did you mean UTC?"),
        ("PST", "did you mean America/Los_Angeles?"),
        ("CEST", "did you mean Europe/Berlin?"),
        ("UTC+2", "did you mean Etc/GMT-2?"),
        ("GMT-05:00", "did you mean Etc/GMT+5?"),
        ("UTC+99", IANA),
        ("Nowhere/Land", IANA),
        ("Factory", IANA),
        ("localtime", IANA),
        ("posixrules", IANA),
        ("../etc/passwd", IANA),
        ("", IANA),
    ],
)
def test_a_name_that_is_no_zones(name: str, fix: str):
    fault = find_zone_fault(name)

    assert fault is not None
    assert (fault.message, fault.fix, fault.refused) == (f"unknown time zone {name!r}", fix, True)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("UTC", []),
        ("Asia/Kolkata", []),
        ("Europe/Berlin", [("2026-03-29T02:00", "2026-03-29T03:00"), ("2027-03-28T02:00", "2027-03-28T03:00")]),
        ("America/New_York", [("2026-03-08T02:00", "2026-03-08T03:00"), ("2027-03-14T02:00", "2027-03-14T03:00")]),
        ("Australia/Lord_Howe", [("2026-10-04T02:00", "2026-10-04T02:30"), ("2027-10-03T02:00", "2027-10-03T02:30")]),
        ("Africa/Cairo", [("2026-04-24T00:00", "2026-04-24T01:00"), ("2027-04-30T00:00", "2027-04-30T01:00")]),
    ],
)
def test_the_gaps_of_two_years(name: str, found: list[tuple[str, str]]):
    first = datetime(2026, 1, 1, 12, 34, 56, 789, tzinfo=timezone.utc)
    expected = [
        ClockChange(first=datetime.fromisoformat(begin), end=datetime.fromisoformat(end)) for begin, end in found
    ]

    assert list(list_gaps(load_zone(name), first, first + timedelta(days=720))) == expected


def test_a_gap_four_weeks_after_the_clocks_went_back():
    before_ramadan = datetime(2026, 1, 25, tzinfo=timezone.utc)

    found = list(list_gaps(load_zone("Africa/Casablanca"), before_ramadan, before_ramadan + timedelta(days=60)))

    assert found == [ClockChange(first=datetime(2026, 3, 22, 2), end=datetime(2026, 3, 22, 3))]


def test_what_the_clocks_never_show():
    berlin = ZoneInfo("Europe/Berlin")

    assert is_existing_time(datetime(2026, 3, 29, 1, 59), berlin)
    assert not is_existing_time(datetime(2026, 3, 29, 2, 0), berlin)
    assert not is_existing_time(datetime(2026, 3, 29, 2, 59, 59), berlin)
    assert is_existing_time(datetime(2026, 3, 29, 3, 0), berlin)
    assert is_existing_time(datetime(2026, 10, 25, 2, 30), berlin)  # twice
