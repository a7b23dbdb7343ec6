"""Choice states: they continue with the first rule whose condition is true.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import json

from sfnorch.simulator.errors import NO_CHOICE, StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit


def run_choice(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome by the first rule whose condition is true, or by Default; the default output is the input."""
    state = visit.state
    for index, rule in state.list_objects("Choices"):
        name = f"Choices[{index}]"
        match visit.check_condition(rule, name):
            case True:
                return visit.build_outcome(rule, visit.input, str(rule.get("Next", "")))
            case False:
                continue
            case found:
                shown = json.dumps(found)[:200]
                raise visit.refuse_value(f"{name}/Condition", f"must evaluate to a boolean, but it returned {shown}.")
    default = state.read_text("Default")
    if not default:
        raise StatesError(NO_CHOICE, f"No condition of {state.name} is true, and it has no Default")
    return visit.build_outcome(state.body, visit.input, default)
    yield  # makes this function a process that takes no time
