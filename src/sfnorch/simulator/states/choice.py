"""Choice states: they continue with the first rule whose condition is true.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

from sfnorch.simulator.errors import NO_CHOICE, StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit


def run_choice(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome by the first rule whose condition is true, or by Default; the default output is the input."""
    state, given = visit.state, visit.pass_input()
    for index, rule in state.list_objects("Choices"):
        name = f"Choices[{index}]"
        match visit.check_condition(rule, name):
            case True:
                return visit.build_outcome(rule, given, str(rule.get("Next", "")))
            case False:
                continue
            case found:
                raise visit.refuse_condition(name, found)
    default = state.read_text("Default")
    if not default:
        raise StatesError(NO_CHOICE, f"No condition of {state.name} is true, and it has no Default")
    return visit.build_outcome(state.body, given, default)
    yield  # makes this function a process that takes no time
