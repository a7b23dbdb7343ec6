"""The names that a flow's variables may not have."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan

FLOW = "pattern: flow\nsteps:\n- {{name: a, lambda: f, save_as: '{}'}}\n"
OWN = ["states", "input", "environment", "name", "steps", "resumeAt", "statement", "polls"]
WORDS = ["true", "false", "null"]
FUNCTIONS = ["sum", "uuid", "states"]


@pytest.mark.parametrize("name", [*OWN, *WORDS, *FUNCTIONS])
def test_a_name_with_another_meaning_is_refused(name: str):
    with pytest.raises(SfnorchError) as error:
        parse_plan(FLOW.format(name))
    assert error.value.message.startswith(f"steps[0].save_as: {name!r} ")


@pytest.mark.parametrize("name", ["orders", "statesOf", "True", "summed"])
def test_another_name_is_taken(name: str):
    assert parse_plan(FLOW.format(name)).steps[0].save_as == name  # type: ignore[union-attr]
