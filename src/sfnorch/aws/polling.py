"""Polling: how often, how long, and over an unreliable connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from sfnorch.aws.errors import is_transient

Answer = TypeVar("Answer")

_ATTEMPTS = 12
"""With botocore's own retries and these waits, a connection can be lost for about eight minutes."""


@dataclass(slots=True)
class Clock:
    """The current time, and how to wait. Tests pass a clock that does not wait."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Backoff:
    """Waits that grow while nothing changes, from the first to the longest, in seconds."""

    clock: Clock
    first: float
    longest: float
    growth: float = 1.5
    _next: float = field(default=0.0, init=False)

    def wait(self, *, changed: bool, most: float | None = None) -> None:
        """Wait: after a change the first wait, otherwise longer than before, at most `most` seconds."""
        self._next = self.first if changed or not self._next else min(self._next * self.growth, self.longest)
        self.clock.sleep(self._next if most is None else max(0.0, min(self._next, most)))


@dataclass(slots=True)
class Pace:
    """Keeps a time between calls, so that they stay within a rate of AWS."""

    clock: Clock
    seconds: float
    _last: float | None = field(default=None, init=False)

    def wait(self) -> None:
        """Wait until the next call is allowed; the first one is at once."""
        if self._last is not None:
            self.clock.sleep(max(0.0, self._last + self.seconds - self.clock.now()))
        self._last = self.clock.now()


def add_retries(call: Callable[..., Answer], clock: Clock) -> Callable[..., Answer]:
    """Return a function that retries the call while AWS throttles or can't be reached. The call must be idempotent."""
    return Retrying(
        retry=retry_if_exception(is_transient),
        wait=wait_exponential(multiplier=1, max=30),
        stop=stop_after_attempt(_ATTEMPTS),
        sleep=clock.sleep,
        reraise=True,
    ).wraps(call)
