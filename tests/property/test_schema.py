"""What must hold of the JSON Schema for every plan with environments."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.schema import build_plan_schema
from tests.property.environment_changes import CHANGED_PLANS, Data

VALIDATOR = jsonschema.Draft202012Validator(build_plan_schema())


@settings(max_examples=100)
@pytest.mark.slow
@given(CHANGED_PLANS)
def test_a_plan_that_loads_in_its_environment_fits(drawn: tuple[Data, tuple[Data, Data]]):
    base, (overlay, whole) = drawn
    data = {**base, "environments": {"prod": overlay}}
    try:
        parse_plan(json.dumps(data), environment="prod")
    except PlanError:
        return
    for plan in (data, whole, {key: value for key, value in data.items() if key != "pattern"}):
        VALIDATOR.validate(plan)


@settings(max_examples=100)
@pytest.mark.slow
@given(CHANGED_PLANS, st.data())
def test_a_misspelt_key_of_an_environment_does_not_fit_and_does_not_load(
    drawn: tuple[Data, tuple[Data, Data]], choice: st.DataObject
):
    base, (overlay, _) = drawn
    key = choice.draw(st.sampled_from([*overlay, "region"]))
    wrong = {**overlay, f"{key}_": overlay.get(key)}
    data = {**base, "environments": {"prod": wrong}}
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(PlanError):
        parse_plan(json.dumps(data), environment="prod")
