"""Signals that are held back arrive after the block."""

from __future__ import annotations

import signal

import pytest

from sfnorch.signals import hold_signals


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows cannot hold signals back")
def test_signals_arrive_after_the_block():
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: received.append(number))
    try:
        with hold_signals():
            signal.raise_signal(signal.SIGTERM)  # to this thread
            inside = list(received)
        assert (inside, received) == ([], [signal.SIGTERM])
        assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.signal(signal.SIGTERM, before)
