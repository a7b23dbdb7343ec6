"""The spinner: when it is shown, with which words, and that nothing is left of it."""

from __future__ import annotations

import io
import logging
import os
import re
import select
import signal
import time
from collections.abc import Iterator
from threading import Event
from typing import TextIO

import pytest

from sfnorch.report.waiting import is_terminal, show_spinner
from tests.screens import shown

_COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Terminal:
    """A terminal: `stream` is written to by who waits, `written` is what has come out so far."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._ours, theirs = os.openpty()
        self.stream: TextIO = open(theirs, "w", encoding=encoding, errors="backslashreplace")  # noqa: PTH123, SIM115
        self.written = ""

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + 60
        while words not in _COLOUR.sub("", self.written):
            readable = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))[0]
            assert readable, f"{words!r} is not in {self.written!r}"
            self.written += os.read(self._ours, 10_000).decode()

    def end(self) -> str:
        """All that was written."""
        self.stream.close()
        try:
            while data := os.read(self._ours, 10_000):
                self.written += data.decode()
        except OSError:  # the other end is closed
            pass
        os.close(self._ours)
        return self.written


@pytest.fixture(autouse=True)
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that can erase."""
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal that was closed by the end."""
    made = Terminal()
    yield made
    if not made.stream.closed:
        made.end()


def lasting(_: Event) -> bool:
    return False


def short(_: Event) -> bool:
    return True


def never(_: Event) -> bool:
    raise AssertionError("nothing is to be shown, and so no moment to be waited for")


def test_a_wait_that_lasts_has_a_spinner_that_is_gone_afterwards(terminal: Terminal):
    with show_spinner("Reading the stack s", stream=terminal.stream, ends_soon=lasting):
        terminal.wait_for("⠋ Reading the stack s…")
        terminal.wait_for("⠙ Reading the stack s…")  # it turns
    terminal.stream.write("Title  news\n")
    written = terminal.end()
    assert shown(written) == "Title  news\n"
    assert (written.count("\x1b[?25l"), written.count("\x1b[?25h")) == (1, 1)


def test_only_the_main_thread_receives_ctrl_c(terminal: Terminal):
    blocked = []

    def ends_soon(ended: Event) -> bool:
        blocked.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return ended.wait()

    with show_spinner("x", stream=terminal.stream, ends_soon=ends_soon):
        pass
    assert blocked == [{signal.SIGINT, signal.SIGALRM}]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


def test_a_wait_that_ends_soon_shows_nothing(terminal: Terminal):
    with show_spinner("x", stream=terminal.stream, ends_soon=short):
        pass
    assert terminal.end() == ""


def test_the_moment_is_over_as_soon_as_the_wait_is(terminal: Terminal):
    with show_spinner("x", stream=terminal.stream, ends_soon=lambda ended: ended.wait(600)):
        pass
    assert terminal.end() == ""


def test_waits_one_after_another(terminal: Terminal):
    for words in ("one", "two"):
        with show_spinner(words, stream=terminal.stream, ends_soon=lasting):
            terminal.wait_for(f"{words}…")
    assert shown(terminal.end()) == "\n"


def test_a_wait_within_another_is_a_part_of_it(terminal: Terminal):
    outer = show_spinner("outer", stream=terminal.stream, ends_soon=lasting)
    with outer, show_spinner("inner", stream=terminal.stream, ends_soon=never):
        terminal.wait_for("outer…")
    written = terminal.end()
    assert ("inner" in written, shown(written)) == (False, "\n")


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt()])
def test_a_wait_that_fails(terminal: Terminal, error: BaseException):
    def fail() -> None:
        with show_spinner("x", stream=terminal.stream, ends_soon=lasting):
            terminal.wait_for("x…")
            raise error

    with pytest.raises(type(error)):
        fail()
    with show_spinner("y", stream=terminal.stream, ends_soon=lasting):
        terminal.wait_for("y…")
    assert shown(terminal.end()) == "\n"


def test_a_terminal_without_unicode():
    terminal = Terminal("ascii")
    with show_spinner("Linting \u00fc", stream=terminal.stream, ends_soon=lasting):
        terminal.wait_for("- Linting \\u00fc...")
    assert shown(terminal.end()) == "\n"


def test_names_move_no_cursor(terminal: Terminal):
    with show_spinner("Linting \x1b[2Ja\nb\x07[red]", stream=terminal.stream, ends_soon=lasting):
        terminal.wait_for("⠋ Linting \\u001b[2Ja\\nb\\u0007[red]…")
    assert shown(terminal.end()) == "\n"


def test_no_color(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with show_spinner("x", stream=terminal.stream, ends_soon=lasting):
        terminal.wait_for("⠋ x…")
    assert "\x1b[3" not in terminal.end()


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_that_can_not_erase(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, kind: str):
    monkeypatch.setenv("TERM", kind)
    with show_spinner("x", stream=terminal.stream, ends_soon=never):
        assert not is_terminal(terminal.stream)
    assert terminal.end() == ""


def test_a_file_or_a_pipe_even_where_colour_is_forced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    with show_spinner("x", stream=stream, ends_soon=never):
        pass
    assert stream.getvalue() == ""


def test_calls_that_are_shown_need_the_terminal_for_themselves(terminal: Terminal):
    logger = logging.getLogger("sfnorch")
    logger.setLevel(logging.DEBUG)
    try:
        with show_spinner("x", stream=terminal.stream, ends_soon=never):
            pass
    finally:
        logger.setLevel(logging.NOTSET)
    assert terminal.end() == ""
