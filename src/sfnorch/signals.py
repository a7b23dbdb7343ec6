"""Signals, and the threads and processes that must not receive them, or not yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""The signals that end a process."""


def leave_signals_to_main_thread() -> None:
    """Block Ctrl-C, and the timer that repeats it, in this thread and in the threads that it starts.

    Python handles signals only in the main thread. If another thread receives a signal, the main thread continues to
    wait for a lock. https://docs.python.org/3/library/signal.html#signals-and-threads
    """
    import signal  # which commands that end soon do not import

    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGALRM))


@contextmanager
def hold_signals() -> Iterator[None]:
    """Hold back the signals that end this process from this thread while the block runs; they arrive after it.

    A process that starts in the block holds them back until it calls `end_at_signals`: as a copy of this one, it still
    has the handlers of this one.
    """
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {getattr(signal, name) for name in _ENDING})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_at_signals() -> None:
    """End this process at once at a signal, also at one that was held back. Ignore Ctrl-C, which reaches all processes.

    The process that started this one ends it after Ctrl-C.
    """
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    numbers = {getattr(signal, name) for name in _ENDING if hasattr(signal, name)}
    for number in numbers - {signal.SIGINT}:
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
