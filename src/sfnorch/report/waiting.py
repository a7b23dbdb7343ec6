"""A spinner at a terminal, with the name of the running operation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from sfnorch.signals import leave_signals_to_main_thread

if TYPE_CHECKING:
    from threading import Event

_MOMENT = 0.5
"""The seconds after which a spinner is shown."""

_REFRESHES_A_SECOND = 8

_shown: list[str] = []
"""The words of the spinner that is shown, if any. A wait within another wait shows no second spinner."""


def is_terminal(stream: TextIO | None = None) -> bool:
    """Return whether the stream, by default standard error, is a terminal that can erase its output."""
    stream = sys.stderr if stream is None else stream
    return stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def _is_ended_soon(ended: Event) -> bool:
    return ended.wait(_MOMENT)


@contextmanager
def show_spinner(
    words: str, *, ends_soon: Callable[[Event], bool] = _is_ended_soon, stream: TextIO | None = None
) -> Iterator[None]:
    """Show a spinner with the words while the block runs, unless the block ends soon. Erase it after the block.

    The spinner is shown on standard error if that is a terminal, and not with `--debug`, which shows each call. The
    block must neither print nor prompt. `ends_soon` waits briefly for the event, and returns whether it was set.
    """
    stream = sys.stderr if stream is None else stream
    if _shown or not is_terminal(stream) or has_debug_logging():
        yield
        return
    from threading import Event, Thread  # only a terminal needs them

    ended = Event()
    spinner = Thread(target=_spin, args=(words, stream, ended, ends_soon), daemon=True)
    _shown.append(words)
    spinner.start()
    try:
        yield
    finally:
        ended.set()
        try:
            spinner.join()
        finally:
            _shown.clear()


def has_debug_logging() -> bool:
    """Return whether calls are logged, as with `--debug`."""
    if "logging" not in sys.modules:
        return False
    import logging  # which is loaded

    return logging.getLogger("sfnorch").isEnabledFor(logging.DEBUG)


def _spin(words: str, stream: TextIO, ended: Event, ends_soon: Callable[[Event], bool]) -> None:
    leave_signals_to_main_thread()
    if ends_soon(ended):
        return
    # commands that end soon do not import these modules
    from rich.live import Live
    from rich.spinner import Spinner

    from sfnorch.console import Console, Text
    from sfnorch.printable import is_unicode_encoding, make_printable_line

    console = Console(file=stream)
    dots = is_unicode_encoding(console.encoding)
    spinner = Spinner(
        "dots" if dots else "line",
        Text(f"{make_printable_line(words)}…"),
        style="status.spinner",
    )
    with Live(
        spinner,
        console=console,
        transient=True,
        refresh_per_second=_REFRESHES_A_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        ended.wait()
