"""Compare what Step Functions made of a state with what the simulator made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from sfnorch.app.verification.state_tests import CONTEXT_VARIABLE, is_volatile
from sfnorch.aws.state_tests import StateAnswer
from sfnorch.json_values import Json
from sfnorch.simulator.watched_attempts import WatchedAttempt

StateStatus: TypeAlias = Literal["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"]
"""The statuses of TestState."""

_PLACE = re.compile(r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\.\s*")
"""The beginning of a cause, which names an event of the history. A test has another history, or none."""


class ValueDifference(NamedTuple):
    """A value that differs."""

    field: str
    """`status`, `output`, `variables`, `next`, `error`, `cause`, or `delay`."""
    aws: Json
    simulator: Json


def name_status(attempt: WatchedAttempt) -> StateStatus:
    """Return the status of the attempt in the words of TestState."""
    if attempt.delay is not None:
        return "RETRIABLE"
    if attempt.failure is not None:
        return "FAILED"
    return "CAUGHT_ERROR" if attempt.thrown is not None else "SUCCEEDED"


def compare_answer(attempt: WatchedAttempt, answer: StateAnswer) -> tuple[ValueDifference, ...]:
    """Return the differences; none if Step Functions and the simulator agree.

    Causes are compared without the id of the event that entered the state, and numbers by their value.
    """
    return tuple(found for found in _list_values(attempt, answer) if _simplify(found.aws) != _simplify(found.simulator))


def list_left_out(attempt: WatchedAttempt) -> tuple[str, ...]:
    """Return the fields that are not compared because a function of the state has another value each time."""
    is_ended = name_status(attempt) in ("SUCCEEDED", "CAUGHT_ERROR")
    return ("output", "variables") if is_ended and is_volatile(attempt.state) else ()


def _list_values(attempt: WatchedAttempt, answer: StateAnswer) -> Iterator[ValueDifference]:
    """Yield each value that is compared."""
    status = name_status(attempt)
    yield ValueDifference("status", answer.status, status)
    error = attempt.failure or attempt.thrown
    if error is not None or answer.status != status:
        yield ValueDifference("error", answer.error, error.error if error else "")
        yield ValueDifference("cause", answer.cause, error.cause if error else "")
    if answer.status != status:
        return
    if status == "RETRIABLE" and answer.retry_seconds is not None and not _has_jitter(attempt):
        yield ValueDifference("delay", int(answer.retry_seconds), int(attempt.delay or 0))
    if status in ("FAILED", "RETRIABLE"):
        return
    yield ValueDifference("next", answer.next, attempt.next)
    if list_left_out(attempt):
        return
    yield ValueDifference("output", answer.output, attempt.output)
    after = {name: value for name, value in answer.variables.items() if name != CONTEXT_VARIABLE}
    yield ValueDifference("variables", after, {**attempt.variables, **attempt.assigned})


def _has_jitter(attempt: WatchedAttempt) -> bool:
    """Return whether a retrier of the state makes its delay random."""
    return any(retrier.get("JitterStrategy") == "FULL" for _, retrier in attempt.state.list_objects("Retry"))


def _simplify(value: Json) -> object:
    """Return a value that is equal for what counts as equal: true is not 1, and 1.0 is 1."""
    match value:
        case bool():
            return ("boolean", value)
        case str():
            return _PLACE.sub("", value)
        case list():
            return [_simplify(item) for item in value]
        case dict():
            return {key: _simplify(item) for key, item in value.items()}
    return value
