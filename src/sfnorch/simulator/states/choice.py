"""Choice states: they continue with the first rule whose condition is true.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit

_NO_NEXT = "Failed to transition out of the state. The state does not point to a next state."
"""The cause that was recorded on AWS for a Choice in JSONPath. The documented error, States.NoChoiceMatched, was not.

That JSONata has the same error is assumed.
"""


def run_choice(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome by the first rule whose condition is true, or by Default; the default output is the input."""
    state, given = visit.state, visit.pass_input()
    for index, rule in state.list_objects("Choices"):
        name = f"Choices[{index}]"
        match visit.check_condition(rule, name):
            case True:
                visit.reach(name)
                return visit.build_outcome(rule, given, str(rule.get("Next", "")))
            case False:
                continue
            case found:
                field = f"{name}/Condition"
                raise visit.refuse_type(field, "boolean", found, {field: rule.get("Condition")})
    default = state.read_text("Default")
    if not default:
        raise visit.refuse(_NO_NEXT)
    visit.reach("Default")
    return visit.build_outcome(state.body, given, default)
    yield  # makes this function a process that takes no time
