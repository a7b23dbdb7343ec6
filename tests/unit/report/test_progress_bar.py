"""The progress bar: when it is shown, and that nothing is left of it."""

from __future__ import annotations

import io
import threading

import pytest

from sfnorch.report.progress_bar import format_remaining, show_progress_bar
from tests.screens import plain
from tests.unit.report.test_waiting import Terminal


@pytest.fixture(autouse=True)
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that can erase."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def test_a_bar_at_a_terminal():
    terminal, times = Terminal(), iter([0.0, 0.1, 1.0, 1.0, 1.01, 5.0, 5.0])
    with show_progress_bar("Simulating [runs]", stream=terminal.stream, now=lambda: next(times)) as show:
        show(1, 40)
        show(10, 40)
        show(11, 40)
        assert threading.active_count() == 1
        show(20, 40)
    written = terminal.end()
    assert "Simulating [runs]" in plain(written)
    assert "10/40" in plain(written)
    assert "20/40" in plain(written)
    assert "11/40" not in plain(written)
    assert written.rstrip().endswith("\x1b[2K")


def test_a_narrow_terminal_shows_the_numbers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "30")
    terminal, times = Terminal(), iter([0.0, 1.0, 1.0, 2.0, 2.0])
    with show_progress_bar("Simulating runs", stream=terminal.stream, now=lambda: next(times)) as show:
        show(100, 100_000)
        show(200, 100_000)
    written = plain(terminal.end())
    assert "200/100000" in written
    assert "-:--:--" in written
    assert "Simulating" not in written


def test_short_work_shows_none():
    terminal, times = Terminal(), iter([0.0, 0.1, 0.2])
    with show_progress_bar("Working", stream=terminal.stream, now=lambda: next(times)) as show:
        show(1, 2)
        show(2, 2)
    assert terminal.end() == ""


def test_a_single_step_shows_none():
    """Nothing is left to wait for when it ends."""
    terminal, times = Terminal(), iter([0.0, 9.0])
    with show_progress_bar("Working", stream=terminal.stream, now=lambda: next(times)) as show:
        show(1, 1)
    assert terminal.end() == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-:--:--"), (0, "0:00:00"), (59.6, "0:01:00"), (3_725, "1:02:05"), (360_000, "100:00:00")],
)
def test_the_remaining_time(seconds: float | None, text: str):
    assert format_remaining(seconds).plain == text


def test_a_file_gets_none():
    stream = io.StringIO()
    with show_progress_bar("Working", stream=stream) as show:
        show(1, 2)
    assert stream.getvalue() == ""
