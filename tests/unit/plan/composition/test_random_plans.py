"""Any value at any place of a plan with included files, defaults and environments gives a plan or an error of the user."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan
from tests.unit.plan.composition.plans import PLANS

KEYS = (
    *("name", "jobs", "children", "tasks", "steps", "starts", "functions", "glue_job", "parallel", "for_each"),
    *("on_error", "arguments", "retries", "retry", "schedule", "input", "parameters", "params", "add", "before"),
    *("after", "defaults", "environments", "include", "account", "stack_name", "job_name", "job_suffix", "a", "b"),
    *("orders", "--db", "self", "", "é", "{name}"),
)
SCALARS = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 10**18, 1.5, "", "none", "a", "b", "orders", "load-a", "é", "\U0001f600"),
        *("x" * 300, "{name}", "{name}{environment}", "{% $x %}", "${x}", "123456789012", "eu-central-1", "-prod"),
        *("/etc/passwd", "..", ".", "a\x00b", "rate(1 day)"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)


def list_holders(value: object) -> list[Any]:
    """Every mapping and every list in the value."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [holder for item in items for holder in list_holders(item)]


@st.composite
def drawn_plans(draw: st.DrawFn) -> dict[str, Any]:
    """A plan of one of the patterns, in which some values are replaced, added or moved."""
    plan = copy.deepcopy(draw(st.sampled_from(list(PLANS.values()))))
    for _ in range(draw(st.integers(1, 4))):
        holder = draw(st.sampled_from(list_holders(plan)))
        value = draw(VALUES | st.sampled_from(list_holders(plan)).map(copy.deepcopy))
        if isinstance(holder, dict):
            holder[draw(st.sampled_from([*KEYS, *holder]))] = value
        elif holder and draw(st.booleans()):
            holder[draw(st.integers(0, len(holder) - 1))] = value
        else:
            holder.append(value)
    return plan


def check(plan: dict[str, Any]) -> None:
    text, errors = json.dumps(plan, indent=1), []
    for environment in ("", "dev", "prod"):
        try:
            parse_plan(text, environment=environment)
        except SfnorchError as error:
            errors.append(str(error))
    assert all(errors)


@pytest.mark.parametrize("pattern", PLANS)
@pytest.mark.parametrize("environment", ["", "dev", "prod"])
def test_the_plans_without_changes_are_valid(pattern: str, environment: str):
    assert parse_plan(json.dumps(PLANS[pattern]), environment=environment).pattern == pattern


@settings(max_examples=60)
@given(drawn_plans())
def test_no_value_is_a_bug(plan: dict[str, Any]):
    check(plan)


@pytest.mark.slow
@settings(max_examples=600)
@given(drawn_plans())
def test_no_value_of_many_is_a_bug(plan: dict[str, Any]):
    check(plan)
