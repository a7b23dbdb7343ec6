"""Wait states: they wait for a number of seconds, or until a time.

https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
"""

from __future__ import annotations

from sfnorch.durations import parse_timestamp
from sfnorch.json_values import name_type
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit

MAX_SECONDS = 99_999_999
"""The maximum of `Seconds`."""

_LONGEST = 2**31 - 1
"""The maximum duration of a Wait until a timestamp, in seconds (recorded: 24,855 days are accepted, 24,856 are not)."""


def run_wait(visit: Visit) -> Steps[StateOutcome]:
    """Wait on the virtual clock, and return the outcome; the default output is the input."""
    yield visit.runner.world.clock.timeout(_evaluate_wait(visit))
    return visit.finish(visit.pass_input())


def _evaluate_wait(visit: Visit) -> float:
    """Return the seconds from now until the end of the state."""
    if visit.has_setting("Timestamp"):
        text = visit.evaluate_setting("Timestamp")
        if not isinstance(text, str):
            raise visit.refuse_type("Timestamp", "string", text)
        until = parse_timestamp(text)
        if until is None:
            raise visit.refuse_timestamp("Timestamp", text)
        seconds = max(0.0, (until - visit.runner.world.read_time()).total_seconds())
        if seconds > _LONGEST:
            raise visit.refuse("Wait state delay is too long.")
        return seconds
    if not visit.has_setting("Seconds"):
        return 0.0
    match visit.evaluate_setting("Seconds"):
        case bool() as wrong:
            pass
        case int() as seconds if 0 <= seconds <= MAX_SECONDS:
            return float(seconds)
        case int() as seconds if seconds > _LONGEST:
            raise visit.refuse("Wait state delay is too long.")
        case wrong:
            pass
    if name_type(wrong) != "number":
        raise visit.refuse_type("Seconds", "number", wrong)
    raise visit.refuse_setting("Seconds", wrong, "a valid number of seconds")
