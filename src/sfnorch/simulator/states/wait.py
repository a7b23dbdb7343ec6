"""Wait states: they wait for a number of seconds, or until a time.

https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
"""

from __future__ import annotations

from datetime import datetime, timezone

from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit

MAX_SECONDS = 99_999_999.0
"""The maximum duration of a Wait, in seconds."""


def run_wait(visit: Visit) -> Steps[StateOutcome]:
    """Wait on the virtual clock, and return the outcome; the default output is the input."""
    yield visit.runner.world.clock.timeout(_evaluate_wait(visit))
    return visit.finish(visit.input)


def _evaluate_wait(visit: Visit) -> float:
    """Return the seconds from now until the end of the state."""
    if visit.has_setting("Timestamp"):
        text = visit.evaluate_setting("Timestamp")
        try:
            until = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
        except ValueError:
            raise visit.refuse_setting("Timestamp", text, "a timestamp") from None
        until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)
        return min(max(0.0, (until - visit.runner.world.read_time()).total_seconds()), MAX_SECONDS)
    if not visit.has_setting("Seconds"):
        return 0.0
    match visit.evaluate_setting("Seconds"):
        case bool() as wrong:
            pass
        case int() | float() as seconds if 0 <= seconds <= MAX_SECONDS:
            return float(seconds)
        case wrong:
            pass
    raise visit.refuse_setting("Seconds", wrong, "a valid number of seconds")
