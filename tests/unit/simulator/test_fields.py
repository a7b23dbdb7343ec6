"""Fields of states: only their expressions are evaluated, and what is constant is the same value each time."""

from __future__ import annotations

import random
from datetime import datetime, timezone

import pytest

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.query.evaluator import Evaluator

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
FIELD: Json = {
    "first": "{% $n %}",
    "constant": {"jobs": ["a", "b"], "none": None},
    "list": [1, "{% $states.input.x %}", {}, []],
    "last": "text",
}


@pytest.fixture
def evaluator() -> Evaluator:
    return Evaluator(random.Random(1), lambda: NOW)  # noqa: S311


def evaluate(evaluator: Evaluator, number: int) -> Json:
    return evaluator.evaluate_field(FIELD, {"n": number}, "Output", lambda parts: {"input": {"x": number}})


def test_each_evaluation_has_its_own_values_in_the_order_of_the_field(evaluator: Evaluator):
    for number in (1, 2, 1):
        found = evaluate(evaluator, number)
        assert found == {
            "first": number,
            "constant": {"jobs": ["a", "b"], "none": None},
            "list": [1, number, {}, []],
            "last": "text",
        }
        assert isinstance(found, dict)
        assert list(found) == ["first", "constant", "list", "last"]


def test_the_constant_part_is_the_same_value_each_time(evaluator: Evaluator):
    first, second = evaluate(evaluator, 1), evaluate(evaluator, 2)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["constant"] is second["constant"]
    assert first["list"] is not second["list"]


@pytest.mark.parametrize("name", ["Output", "Assign"])
def test_an_error_names_the_field_although_another_one_has_the_same_text(evaluator: Evaluator, name: str):
    for field in ("Choices[0]/Condition", name):
        with pytest.raises(StatesError) as caught:
            evaluator.evaluate_field("{% $missing %}", {}, field)
        assert f"for the field '{field}' returned nothing" in caught.value.cause


def test_many_fields_are_not_all_kept(evaluator: Evaluator):
    for number in range(10_050):
        assert evaluator.evaluate_field([number, "{% $n %}"], {"n": number}, "Output") == [number, number]
