"""Asking again and again: how often, how long, and through a bad connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from sfnorch.aws.errors import is_transient

Answer = TypeVar("Answer")

_ATTEMPTS = 12
"""With botocore's own attempts and these waits, a connection may be gone for some eight minutes."""


@dataclass(slots=True)
class Clock:
    """Time as it is asked for and waited for; passed in, so that tests have a time of their own."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Pace:
    """Waits that grow while nothing changes: the first, the longest, in seconds."""

    clock: Clock
    first: float
    longest: float
    growth: float = 1.5
    _next: float = field(default=0.0, init=False)

    def wait(self, *, changed: bool, most: float | None = None) -> None:
        """Waits: the first wait again after a change, else longer than before; `most` seconds where that is given."""
        self._next = self.first if changed or not self._next else min(self._next * self.growth, self.longest)
        self.clock.sleep(self._next if most is None else max(0.0, min(self._next, most)))


def patiently(call: Callable[..., Answer], clock: Clock) -> Callable[..., Answer]:
    """Return the call, made again while AWS throttles or can't be reached: for what may be asked twice."""
    return Retrying(
        retry=retry_if_exception(is_transient),
        wait=wait_exponential(multiplier=1, max=30),
        stop=stop_after_attempt(_ATTEMPTS),
        sleep=clock.sleep,
        reraise=True,
    ).wraps(call)
