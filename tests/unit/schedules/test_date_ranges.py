"""The dates of a range: examples of month ends, and what holds of every range."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.schedules.date_ranges import DateStep, list_dates, parse_date, parse_step


def dates(first: str, last: str, step: str) -> list[str]:
    found = parse_step(step)
    assert found
    return [day.isoformat() for day in list_dates(date.fromisoformat(first), date.fromisoformat(last), found)]


@pytest.mark.parametrize(
    ("first", "last", "step", "expected"),
    [
        ("2026-01-01", "2026-01-03", "1d", ["2026-01-01", "2026-01-02", "2026-01-03"]),
        ("2026-01-01", "2026-01-01", "1d", ["2026-01-01"]),
        ("2026-01-02", "2026-01-01", "1d", []),
        ("2026-01-01", "2026-01-06", "2d", ["2026-01-01", "2026-01-03", "2026-01-05"]),
        ("2026-01-01", "2026-01-15", "1w", ["2026-01-01", "2026-01-08", "2026-01-15"]),
        ("2026-01-31", "2026-04-30", "1mo", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2024-01-30", "2024-03-31", "1mo", ["2024-01-30", "2024-02-29", "2024-03-30"]),
        ("2026-11-15", "2027-06-01", "3mo", ["2026-11-15", "2027-02-15", "2027-05-15"]),
        ("2024-02-29", "2026-03-01", "12mo", ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ("9999-12-30", "9999-12-31", "1d", ["9999-12-30", "9999-12-31"]),
        ("9999-12-31", "9999-12-31", "9999mo", ["9999-12-31"]),
    ],
)
def test_the_dates_of_a_range(first: str, last: str, step: str, expected: list[str]):
    assert dates(first, last, step) == expected


@pytest.mark.parametrize("text", ["", "0d", "1", "d", "1m", "1h", "-1d", "1.5d", "10000d", "1 d", "1D"])
def test_a_text_that_is_no_step(text: str):
    assert parse_step(text) is None


@pytest.mark.parametrize("text", ["", "2026-02-29", "2026-1-1", "20260101", "01.01.2026", "2026-01-01T00:00", "today"])
def test_a_text_that_is_no_date(text: str):
    assert parse_date(text) is None


days = st.dates(date(1999, 1, 1), date(2040, 1, 1))


@given(days, st.integers(0, 400), st.sampled_from(["d", "w", "mo"]), st.integers(1, 40))
def test_dates_ascend_and_stay_within_the_range(first: date, length: int, unit: str, count: int):
    last = first + timedelta(days=length)
    step = parse_step(f"{count}{unit}")
    assert step == DateStep(count, unit)  # type: ignore[arg-type]
    found = list(list_dates(first, last, step))
    assert found[0] == first
    assert found == sorted(set(found))
    assert found[-1] <= last
    months = [day.year * 12 + day.month for day in found]
    if unit == "mo":
        assert {after - before for before, after in pairwise(months)} <= {count}
        assert all(day.day == first.day or (day + timedelta(days=1)).day == 1 for day in found)
    else:
        gap = timedelta(days=count * (7 if unit == "w" else 1))
        assert found == [first + gap * number for number in range(len(found))]
        assert found[-1] + gap > last
