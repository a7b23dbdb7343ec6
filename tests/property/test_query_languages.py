"""What must hold for state machines in both query languages."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.evaluation.json_text import write_number
from sfnorch.json_values import Json
from sfnorch.simulator.query.java_random import JavaRandom
from sfnorch.simulator.record import Execution
from tests.conformance.suite import LANGUAGES, Case

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FEW = settings(max_examples=25)
SIMPLE = st.booleans() | st.integers(-9, 9) | TEXTS
SMALL = st.integers(-40, 40)
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def run(language: str, states: dict[str, Any], value: Json) -> Execution:
    return Case("Pass", {"in": language, "states": states, "input": value}).run()


def evaluate(language: str, code: str, value: Json) -> Json:
    """What a Pass makes of the expression, or of the call of an intrinsic function."""
    if language == "JSONata":
        state = {"Type": "Pass", "Output": f"{{% {code} %}}", "End": True}
    else:
        state = {"Type": "Pass", "Parameters": {"v.$": code}, "OutputPath": "$.v", "End": True}
    execution = run(language, {"A": state}, value)
    assert execution.status == "SUCCEEDED", execution.cause
    return execution.output


def are_same(first: Json, second: Json) -> bool:
    """Whether the values are equal as JSON: true is not 1."""
    return first == second and json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


@FEW
@given(VALUES.filter(lambda value: value is not None))  # no input is an empty object
def test_a_pass_hands_on_any_input(value: Json):
    for language in LANGUAGES:
        assert are_same(run(language, {"A": {"Type": "Pass", "End": True}}, value).output, value)


@FEW
@given(VALUES)
def test_a_value_is_found_at_its_path(value: Json):
    data: Json = {"a": {"b": value}, "c": 1}
    assert evaluate("JSONPath", "$.a.b", data) == evaluate("JSONata", "$states.input.a.b", data) == value


@FEW
@given(VALUES)
def test_a_variable_keeps_its_value(value: Json):
    last = {"JSONata": {"Output": "{% $v %}"}, "JSONPath": {"InputPath": "$v"}}
    first = {"JSONata": {"v": "{% $states.input.x %}"}, "JSONPath": {"v.$": "$.x"}}
    for language in LANGUAGES:
        states = {
            "A": {"Type": "Pass", "Assign": first[language], "Next": "B"},
            "B": {"Type": "Pass", **last[language], "End": True},
        }
        assert run(language, states, {"x": value}).output == value


@FEW
@given(st.lists(VALUES, max_size=4))
def test_a_map_and_a_parallel_give_what_their_states_give(items: list[Json]):
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    for language in LANGUAGES:
        assert run(language, {"A": {"Type": "Map", "ItemProcessor": inner, "End": True}}, items).output == items
        twice = {
            "Type": "Parallel",
            "Branches": [inner, {**inner, "StartAt": "C", "States": {"C": inner["States"]["B"]}}],
        }
        assert run(language, {"A": {**twice, "End": True}}, items).output == [items, items]


ORDERS = {"LessThan": "<", "LessThanEquals": "<=", "GreaterThan": ">", "GreaterThanEquals": ">=", "Equals": "="}


@FEW
@given(st.sampled_from(sorted(ORDERS)), st.tuples(NUMBERS, NUMBERS) | st.tuples(TEXTS, TEXTS))
def test_a_comparison_takes_the_same_rule(order: str, values: tuple[Json, Json]):
    first, second = values
    kind = "String" if isinstance(first, str) else "Numeric"
    rules = {
        "JSONata": {"Condition": f"{{% $states.input.v {ORDERS[order]} $states.input.w %}}"},
        "JSONPath": {"Variable": "$.v", f"{kind}{order}Path": "$.w"},
    }
    entered = []
    for language in LANGUAGES:
        states = {
            "A": {"Type": "Choice", "Choices": [{**rules[language], "Next": "B"}], "Default": "C"},
            "B": {"Type": "Succeed"},
            "C": {"Type": "Succeed"},
        }
        entered.append(run(language, states, {"v": first, "w": second}).states)
    assert entered[0] == entered[1]


@FEW
@given(st.lists(SIMPLE, min_size=1, max_size=12), st.integers(1, 15))
def test_parts_of_a_list_are_the_list(items: list[Json], size: int):
    data: Json = {"items": items, "size": size}
    parts = evaluate("JSONPath", "States.ArrayPartition($.items, $.size)", data)
    assert parts == evaluate("JSONata", "$partition($states.input.items, $states.input.size)", data)
    assert isinstance(parts, list)
    assert [item for part in parts if isinstance(part, list) for item in part] == items
    assert all(len(part) == size for part in parts[:-1] if isinstance(part, list))


@FEW
@given(SMALL, SMALL, st.integers(-9, 9).filter(bool))
def test_a_range_has_its_first_number_and_step(first: int, last: int, step: int):
    numbers = evaluate("JSONPath", f"States.ArrayRange({first}, {last}, {step})", {})
    assert numbers == evaluate("JSONata", f"[$range({first}, {last}, {step})]", {})
    assert numbers == list(range(first, last + (1 if step > 0 else -1), step))


@FEW
@given(TEXTS, st.sampled_from(sorted(HASHES)))
def test_a_hash_is_that_of_the_bytes(text: str, name: str):
    digest = hashlib.new(HASHES[name], text.encode()).hexdigest()
    assert evaluate("JSONPath", f"States.Hash($.t, '{name}')", {"t": text}) == digest
    assert evaluate("JSONata", f"$hash($states.input.t, '{name}')", {"t": text}) == digest


@FEW
@given(TEXTS)
def test_a_text_survives_base64(text: str):
    encoded = base64.b64encode(text.encode()).decode()
    assert evaluate("JSONPath", "States.Base64Encode($.t)", {"t": text}) == encoded
    assert evaluate("JSONata", "$base64encode($states.input.t)", {"t": text}) == encoded
    assert evaluate("JSONPath", "States.Base64Decode($.t)", {"t": encoded}) == text
    assert evaluate("JSONata", "$base64decode($states.input.t)", {"t": encoded}) == text


@FEW
@given(TEXTS)
def test_a_text_survives_a_url(text: str):
    assert evaluate("JSONata", "$decodeUrlComponent($encodeUrlComponent($states.input.t))", {"t": text}) == text


@FEW
@given(VALUES)
def test_a_value_survives_as_text(value: Json):
    data: Json = {"v": value}
    assert evaluate("JSONPath", "States.StringToJson(States.JsonToString($.v))", data) == value


@FEW
@given(st.lists(SIMPLE | st.none(), max_size=8))
def test_unique_items_are_the_same_in_both_languages(items: list[Json]):
    found = evaluate("JSONPath", "States.ArrayUnique($.v)", {"v": items})
    distinct = evaluate("JSONata", "[$distinct($states.input.v)]", {"v": items})
    assert isinstance(found, list)
    assert isinstance(distinct, list)
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, distinct))


@FEW
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_text_has_15_digits(number: float):
    written = write_number(number)
    assert math.isclose(float(written), number, rel_tol=1e-14)
    assert "." not in written or len(written.replace("-", "").replace(".", "").split("e")[0].lstrip("0")) <= 17


@FEW
@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
def test_a_random_number_is_in_its_range(first: int, second: int, seed: int):
    start, end = sorted((first, second))
    if start < end:
        number = JavaRandom(seed).draw_between(start, end)
        assert start <= number < end
        assert number == JavaRandom(seed).draw_between(start, end)
