"""Fail states: they fail with an error name and a cause.

https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html
"""

from __future__ import annotations

from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit


def run_fail(visit: Visit) -> Steps[StateOutcome]:
    """Raise the StatesError of the state."""
    error, cause = (visit.evaluate_setting(name) if visit.has_setting(name) else "" for name in ("Error", "Cause"))
    match error, cause:
        case str(), str():
            raise StatesError(error, cause)
        case str(), wrong:
            raise visit.refuse_type("Cause", "string", wrong)
    raise visit.refuse_type("Error", "string", error)
    yield  # makes this function a process that takes no time
