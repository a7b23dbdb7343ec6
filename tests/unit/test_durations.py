from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.durations import format_duration, parse_duration

READ = {"90s": 90, "15m": 900, "1h30m": 5400, "2h": 7200, "1.5h": 5400, "1h2m3s": 3723, "0s": 0}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str):
    assert parse_duration(text) == READ[text]


@pytest.mark.parametrize("text", ["", "5", "m", "1m1h", "-5s", "1d", "soon", "1h 30m"])
def test_what_is_no_duration(text: str):
    assert parse_duration(text) is None


SHOWN = {0: "00s", 9: "09s", 59.6: "01m", 60: "01m", 125: "02m05s", 3600: "1h", 5400: "1h30m", 3605: "1h00m05s"}


@pytest.mark.parametrize("seconds", SHOWN)
def test_what_is_shown(seconds: float):
    assert format_duration(seconds) == SHOWN[seconds]


@given(st.integers(0, 10**7))
def test_what_is_shown_reads_back(seconds: int):
    assert parse_duration(format_duration(seconds)) == seconds
