"""The service call of a step, independent of its state: the arguments, the retriers, and the result."""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.asl import Retrier, Value


class TaskCall(NamedTuple):
    """A call of a service. `result` is the saved result: JSONata over `$states.result`, or JSON with such expressions.

    `passing` are the retriers for transient errors, `no_use` those for errors that a retry does not resolve.
    """

    resource: str
    arguments: Value
    result: Value
    passing: tuple[Retrier, ...] = ()
    no_use: tuple[Retrier, ...] = ()
    checked: Value = None
    """An expression that fails if the response is not a success."""


def retry_failures(retries: int, no_use: Retrier) -> tuple[Retrier, ...]:
    """Return the retriers for this number of retries after any failure but those that a retry does not resolve."""
    if not retries:
        return ()
    return no_use, Retrier(errors=("States.TaskFailed",), interval_seconds=30, max_attempts=retries, jitter=True)
