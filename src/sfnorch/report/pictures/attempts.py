"""The attempts of a job in its row: a part of the bar for each, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sfnorch.durations import format_duration
from sfnorch.report.pictures.drawn_run import DrawnActivity, DrawnAttempt, DrawnRun
from sfnorch.report.pictures.elements import shorten_text

WAITING = "waiting and start-up"
"""The time of a run before it consumed resources."""

_MOST_ATTEMPTS = 20
"""The maximum number of attempts of an activity that are drawn and listed: the last ones."""

_LONGEST_MESSAGE = 500
"""The maximum length of a message in a tooltip."""

_MOST_DESCRIBED = 4
"""The maximum number of attempts in the name of a row, which a screen reader reads aloud: the last ones."""


def select_attempts(attempts: Sequence[DrawnAttempt]) -> Sequence[DrawnAttempt]:
    """Return the attempts to draw; none for a single attempt that did not wait, which its activity describes."""
    is_plain = len(attempts) == 1 and not attempts[0].waiting
    return () if is_plain else attempts[-_MOST_ATTEMPTS:]


def list_attempt_facts(attempts: Sequence[DrawnAttempt]) -> dict[str, str]:
    """Return what is said of the attempts of an activity, by name; an empty text for what does not apply."""
    *earlier, last = attempts
    lines = [
        f"attempt {each.number}: {' '.join(filter(None, (each.run_id, each.status, each.message)))}" for each in earlier
    ]
    if (left := len(lines) - _MOST_ATTEMPTS) > 0:
        lines = [f"… and {left:,} before them", *lines[-_MOST_ATTEMPTS:]]
    return {
        "Attempts": f"{last.number:,}" if last.number > 1 else "",
        "Earlier attempts": "\n".join(lines),
        WAITING.capitalize(): format_duration(last.waiting) if last.waiting else "",
    }


def describe_attempts(activity: DrawnActivity, now: float) -> Iterator[str]:
    """Yield what the parts of a bar show, in words; nothing for a bar without parts."""
    if len(activity.attempts) > 1:
        yield f"{activity.attempts[-1].number:,} attempts"
    for before, after in pairwise(activity.attempts[-_MOST_DESCRIBED:]):
        end = now if before.ended is None else before.ended
        yield f"attempt {before.number} {before.status} after {format_duration(end - before.started)}"
        yield f"attempt {after.number} started {format_duration(after.started - end)} later"
    if activity.attempts and activity.attempts[-1].waiting:
        yield f"{WAITING} {format_duration(activity.attempts[-1].waiting)}"


def describe_attempt(run: DrawnRun, attempt: DrawnAttempt) -> str:
    """Return an attempt in words, for the tooltip of its part of a bar."""
    end = run.end if attempt.ended is None else attempt.ended
    words = [
        f"attempt {attempt.number} {attempt.status}",
        f"{run.format_moment(attempt.started)} to {run.format_moment(end)}",
        f"took {format_duration(end - attempt.started)}",
    ]
    if attempt.waiting:
        words.append(f"{WAITING} {format_duration(attempt.waiting)}")
    message = shorten_text(attempt.message, _LONGEST_MESSAGE)
    return ", ".join(words) + (f": {message}" if message else "")
