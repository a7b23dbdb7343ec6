"""A spinner at a terminal, with words that say what is waited for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from threading import Event

_MOMENT = 0.5
"""The seconds of a wait that needs no spinner."""

_REFRESHES_A_SECOND = 8

_shown: list[str] = []
"""The words of the wait that is shown, if any: a wait within another is a part of it."""


def at_terminal(stream: TextIO | None = None) -> bool:
    """Return whether the stream, standard error unless given, is a terminal that can erase what it shows."""
    stream = sys.stderr if stream is None else stream
    return stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def _ends_in_a_moment(ended: Event) -> bool:
    return ended.wait(_MOMENT)


@contextmanager
def waiting(
    words: str, *, ends_soon: Callable[[Event], bool] = _ends_in_a_moment, stream: TextIO | None = None
) -> Iterator[None]:
    """Show a spinner with the words while the block runs, unless it ends soon. The spinner is gone after the block.

    It stands on standard error, and only where that is a terminal; not with --debug, which shows each call. The block
    must neither print nor ask. `ends_soon` waits a moment for the event, and returns whether it came.
    """
    stream = sys.stderr if stream is None else stream
    if _shown or not at_terminal(stream) or _are_calls_shown():
        yield
        return
    from threading import Event, Thread

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


def _are_calls_shown() -> bool:
    if "logging" not in sys.modules:
        return False
    import logging

    return logging.getLogger("sfnorch").isEnabledFor(logging.DEBUG)


def leave_signals_to_main_thread() -> None:
    """Have this thread, and those that it starts, receive neither Ctrl-C nor the timer that repeats it.

    Python handles signals in the main thread alone. Where another thread receives one, it does not wake the main thread
    from its wait for a lock. https://docs.python.org/3/library/signal.html#signals-and-threads
    """
    import signal

    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGALRM))


def _spin(words: str, stream: TextIO, ended: Event, ends_soon: Callable[[Event], bool]) -> None:
    leave_signals_to_main_thread()
    if ends_soon(ended):
        return
    # not loaded for a command that ends soon
    from rich.live import Live
    from rich.spinner import Spinner

    from sfnorch.console import Console, Text
    from sfnorch.printable import encodes_everything, printable_line

    console = Console(file=stream)
    dots = encodes_everything(console.encoding)
    spinner = Spinner(
        "dots" if dots else "line",
        Text(f"{printable_line(words)}…"),
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
