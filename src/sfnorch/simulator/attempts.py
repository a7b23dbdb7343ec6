"""Retriers: whether a state is retried after an error, and after which delay.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
"""

from __future__ import annotations

import random

from sfnorch.json_values import read_list, read_number
from sfnorch.simulator.errors import StatesError
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState

_INTERVAL, _ATTEMPTS, _BACKOFF = 1.0, 3, 2.0
_LONGEST = 31_536_000.0
"""A year in seconds: the maximum duration of an execution."""

RETRYING = ("Task", "Parallel", "Map")
"""The types of states that have retriers and catchers."""


class Attempts:
    """Counts how often each retrier of a state is used, in one visit of the state."""

    def __init__(self, state: LocatedState) -> None:
        self._state = state
        self._retriers = [body for _, body in state.list_objects("Retry")] if state.kind in RETRYING else []
        self._used = [0] * len(self._retriers)

    def is_match(self, body: Object, error: StatesError) -> bool:
        """Return whether the retrier or catcher of the state matches the error."""
        return error.is_matched(read_list(body.get("ErrorEquals")), is_task=self._state.kind == "Task")

    def find_retrier(self, error: StatesError) -> int | None:
        """Return the index of the first retrier that matches the error; None if none matches."""
        return next((index for index, retrier in enumerate(self._retriers) if self.is_match(retrier, error)), None)

    def count_uses(self, index: int | None) -> int:
        """Return how often a retrier was used; 0 without one."""
        return 0 if index is None else self._used[index]

    def take_delay(self, index: int | None, rng: random.Random) -> float | None:
        """Return the delay of the next attempt, which the retrier counts; None without one, or if none is left."""
        if index is None:
            return None
        retrier = self._retriers[index]
        if self._used[index] >= _read_number(retrier, "MaxAttempts", _ATTEMPTS):
            return None
        used, self._used[index] = self._used[index], self._used[index] + 1
        try:
            delay = (
                _read_number(retrier, "IntervalSeconds", _INTERVAL)
                * _read_number(retrier, "BackoffRate", _BACKOFF) ** used
            )
        except OverflowError:
            delay = _LONGEST
        delay = max(0.0, min(delay, _read_number(retrier, "MaxDelaySeconds", _LONGEST), _LONGEST))
        return rng.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay


def _read_number(retrier: Object, key: str, default: float) -> float:
    return float(read_number(retrier.get(key), default))
