"""Bars over time as text: as wide as there is room, below an axis whose labels are at their ticks."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType

from sfnorch.console import Console
from sfnorch.report.bars import Bar, BarPart, LengthBar, TimeAxis, TimeSpan

HOUR = 3_600.0
OSLO = timezone(timedelta(hours=2), "CEST")


def render(shown: RenderableType, width: int, encoding: str = "utf-8") -> str:
    """Return the lines that are printed."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    Console(file=file, width=width).print(shown)
    file.seek(0)
    return file.read().removesuffix("\n")


@pytest.mark.parametrize(
    ("width", "axis", "bar"),
    [
        (48, "T+00s       T+15m       T+30m       T+45m", "            ████████████┊           ┊"),
        (30, "T+00s          T+30m", "        ███████┊"),
        (8, "T+00s", "  ██┊"),
        (3, "", " █┊"),
    ],
)
def test_the_axis_and_the_bars_have_the_width_there_is(width: int, axis: str, bar: str):
    span = TimeSpan(0.0, HOUR)
    assert render(TimeAxis(span), width) == axis
    assert render(Bar(span, [BarPart(HOUR / 4, HOUR / 2, "green")]), width) == bar


@pytest.mark.parametrize(
    ("start", "axis"),
    [
        (datetime(2026, 6, 30, 22, 50, tzinfo=timezone.utc), "        23:00       23:15       23:30      23:45"),
        (datetime(2026, 6, 30, 23, 50, 30, tzinfo=OSLO), "        00:00       00:15       00:30      00:45"),
    ],
)
def test_the_axis_of_a_known_start_has_times_of_the_day_in_its_zone(start: datetime, axis: str):
    assert render(TimeAxis(TimeSpan(0.0, HOUR, start)), 48) == axis


def test_the_axis_of_a_run_that_starts_later_begins_there():
    span = TimeSpan(HOUR, 2 * HOUR)
    assert render(TimeAxis(span), 48) == "T+1h                    T+1h30m"
    assert render(Bar(span, [BarPart(HOUR, 1.5 * HOUR, "")]), 48) == "████████████████████████┊"


def test_bars_in_ascii():
    assert (
        render(Bar(TimeSpan(0.0, HOUR), [BarPart(0.0, HOUR / 4, "")]), 48, "ascii")
        == "############:           :           :"
    )


@given(
    st.integers(1, 200),
    st.floats(1, 1e7),
    st.floats(0, 1),
    st.floats(0, 1),
    st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_each_bar_is_seen_and_within_the_axis(
    width: int, seconds: float, one: float, other: float, at: datetime | None
):
    start = None if at is None else at.replace(tzinfo=timezone.utc)
    span, (begin, end) = TimeSpan(0.0, seconds, start), sorted((one * seconds, other * seconds))
    line = render(Bar(span, [BarPart(begin, end, "")]), width)
    bar = line.strip("┊ ")
    assert (set(bar), len(line) <= width) == ({"█"}, True)
    assert abs(len(bar) - (end - begin) / seconds * width) <= 1
    assert abs(line.index("█") - begin / seconds * width) <= 1
    assert len(render(TimeAxis(span), width)) <= width


@given(st.lists(st.floats(0, 1_000), min_size=2, max_size=20), st.integers(20, 200))
def test_activities_in_sequence_neither_overlap_nor_leave_a_gap(times: list[float], width: int):
    moments = sorted({*times, 0.0, 1_000.0})
    span = TimeSpan(0.0, 1_000.0)
    columns = [span.find_column(at, width) for at in moments]
    assert (columns[0], columns[-1], columns) == (0, width, sorted(columns))


def test_no_time_is_one_column():
    assert render(Bar(TimeSpan(5.0, 5.0), [BarPart(5.0, 5.0, "")]), 10) == "█"
    assert render(TimeAxis(TimeSpan(5.0, 5.0)), 10) == ""


@pytest.mark.parametrize(("share", "columns"), [(0.0, 0), (0.001, 1), (0.5, 20), (1.0, 40)])
def test_a_bar_of_a_length_is_seen_unless_it_is_nothing(share: float, columns: int):
    assert render(LengthBar(share, "green"), 40) == "█" * columns
