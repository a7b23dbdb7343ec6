"""Signals, and the threads that must not receive them."""

from __future__ import annotations


def leave_signals_to_main_thread() -> None:
    """Block Ctrl-C, and the timer that repeats it, in this thread and in the threads that it starts.

    Python handles signals only in the main thread. If another thread receives a signal, the main thread continues to
    wait for a lock. https://docs.python.org/3/library/signal.html#signals-and-threads
    """
    import signal  # which commands that end soon do not import

    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGALRM))
