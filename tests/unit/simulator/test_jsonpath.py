"""Paths, templates, intrinsic functions and choice rules of JSONPath, each by itself."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.json_values import Json
from sfnorch.query_syntax.intrinsic_calls import IntrinsicSyntaxError, parse_call
from sfnorch.query_syntax.paths import PathError, PathSyntaxError, parse_path
from sfnorch.simulator.errors import StatesError, UnsupportedSimulationError
from sfnorch.simulator.query.choice_rules import evaluate_rule
from sfnorch.simulator.query.intrinsic_functions import make_intrinsic_functions
from sfnorch.simulator.query.payload_templates import PathData, TemplateEvaluator
from sfnorch.simulator.query.reference_paths import insert_result

DATA: Json = {"a": {"b-c": [1, {"d": None}]}, "jobs": [{"n": "x", "s": 3}, {"n": "y", "s": 5}], "t": "text"}
CONTEXT: Json = {"State": {"Name": "S"}, "Execution": {"Input": {"day": 1}}}
VARIABLES: dict[str, Json] = {"limit": {"top": [4]}}

READ = {
    "$": DATA,
    "$.a['b-c'][1].d": None,
    "$.a.b-c[0]": 1,
    '$["t"]': "text",
    "$.jobs.[1].n": "y",
    "$.a['b-c'][1]['d']": None,
    "$..[?(@.n == '.[x')]": [],
    "$$.State.Name": "S",
    "$limit.top[0]": 4,
    "$.jobs[*].n": ["x", "y"],
    "$.jobs[?(@.s > 3)].n": ["y"],
    "$.jobs[?(@.s > 9)]": [],
    "$.jobs[0:1].s": [3],
    "$.jobs[-1].n": "y",
    "$..s": [3, 5],
    "$.nothing[*]": [],
    "$.jobs.length()": 2,
    "$.jobs[*].s.sum()": 8,
    "$.jobs[*].s.max()": 5,
    "$.a.keys()": ["b-c"],
}


@pytest.mark.parametrize("text", READ)
def test_a_path_reads_a_value(text: str):
    path = parse_path(text)
    root = {"": DATA, "$": CONTEXT}.get(path.source, VARIABLES.get(path.source))
    assert path.read(root) == READ[text]


MISSING = {
    "$.x": "No results for path: $['x']",
    "$.a.x": "No results for path: $['a']['x']",
    "$.x.y.z": "Missing property in path $['x']",
    "$.t.x": "No results for path: $['t']['x']",
    "$.jobs[2]": "Index out of bounds when evaluating path $['jobs'][2]",
    "$.a[0]": "Filter: [0] can only be applied to arrays. Current context is: {b-c=[1, {d=null}]}",
    "$.jobs[-5].n": "No results for path: $.jobs[-5].n",
    "$.t.sum()": "The function sum() cannot be applied to text",
}


@pytest.mark.parametrize("text", MISSING)
def test_a_path_to_nothing_says_where_it_ends(text: str):
    with pytest.raises(PathError) as error:
        parse_path(text).read(DATA)
    assert str(error.value) == MISSING[text]


def test_a_backslash_in_a_quoted_name():
    data: Json = {'a\\""b': 1, "c'd": 2}
    assert parse_path("""$['a\\""b']""").read(data) == 1
    assert parse_path("""$['c\\'d']""").read(data) == 2


@pytest.mark.parametrize("text", ["", "a.b", "x$", "$.a[", "$.a[?(", "$[*", "$.jobs[?(@.x ==)]"])
def test_what_is_no_path(text: str):
    with pytest.raises(PathSyntaxError):
        parse_path(text)


INSERTED: list[tuple[Json, str, Json]] = [
    ({"x": 1}, "$.y", {"x": 1, "y": "R"}),
    ({"x": 1}, "$.y.z", {"x": 1, "y": {"z": "R"}}),
    ({"x": {"a": 1}}, "$.x.b", {"x": {"a": 1, "b": "R"}}),
    ({"x": [1, 2]}, "$.x[1]", {"x": [1, "R"]}),
    ({"x": 1}, "$", "R"),
]


@pytest.mark.parametrize(("data", "path", "expected"), INSERTED)
def test_a_result_path_inserts_the_result(data: Json, path: str, expected: Json):
    assert insert_result(data, path, "R") == expected


REFUSED: list[tuple[Json, str, str]] = [
    ("text", "$.y", 'Unable to apply ReferencePath $.y to input "text"'),
    ({"x": 1}, "$.x.y", 'Unable to apply ReferencePath $.x.y to input {"x":1}'),
    ({"x": [1]}, "$.x[1]", 'Unable to apply ReferencePath $.x[1] to input {"x":[1]}'),
    ({}, "$.x[*]", "'$.x[*]' is not a reference path"),
    ({}, "x", "'x' is not a reference path"),
]


@pytest.mark.parametrize(("data", "path", "message"), REFUSED)
def test_a_result_path_that_does_not_fit(data: Json, path: str, message: str):
    with pytest.raises(PathError) as error:
        insert_result(data, path, "R")
    assert str(error.value) == message


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="'\\"), min_size=1, max_size=5)


@given(st.lists(KEYS, min_size=1, max_size=4), st.dictionaries(KEYS, st.integers(), max_size=3))
def test_what_is_inserted_is_read_at_the_same_path(keys: list[str], data: dict[str, Json]):
    path = "$" + "".join(f"['{key}']" for key in keys)
    before = dict(data)
    try:
        found = insert_result(data, path, "R")
    except PathError:
        assert len(keys) > 1
        assert keys[0] in data
        return
    assert parse_path(path).read(found) == "R"
    assert data == before
    assert isinstance(found, dict)
    assert {key: value for key, value in found.items() if key != keys[0]} == {
        key: value for key, value in data.items() if key != keys[0]
    }


def draw() -> random.Random:
    return random.Random(1)  # noqa: S311 - a simulation


EVALUATOR = TemplateEvaluator(make_intrinsic_functions(draw()))


def scene(value: Json = DATA) -> PathData:
    return PathData(value, lambda: CONTEXT, VARIABLES)


CALLS: dict[str, Json] = {
    r"States.Format('a {} \{\} {} \\ \'', $.t, $.jobs[0])": "a text {} {n=x, s=3} \\ '",
    "States.Format('{}{}{}', true, null, -1.5e1)": "truenull-15.0",
    "States.Array()": [],
    "States.Array( 1 , 'a,)', States.Array($.t) )": [1, "a,)", ["text"]],
    "States.ArrayPartition(States.ArrayRange(1, 5, 1), 2)": [[1, 2], [3, 4], [5]],
    "States.ArrayRange(5, 1, -2)": [5, 3, 1],
    "States.ArrayContains(States.Array(1, 'true'), true)": True,
    "States.ArrayContains(States.Array(1), true)": False,
    "States.ArrayGetItem(States.Array(), 999)": None,
    "States.ArrayGetItem($.jobs, 1.9)": {"n": "y", "s": 5},
    "States.ArrayPartition($.jobs, 1.9)": [[{"n": "x", "s": 3}], [{"n": "y", "s": 5}]],
    "States.ArrayGetItem($.jobs, 1)": {"n": "y", "s": 5},
    "States.ArrayLength($.jobs)": 2,
    "States.ArrayUnique(States.Array(1, 1, 'a', 'a', true))": [1, "a", True],
    "States.ArrayUnique(States.Array(true, false))": [False, True],
    "States.ArrayUnique(States.Array(States.Array(1, 2), States.Array(1, 2), States.Array(2, 1)))": [[2, 1], [1, 2]],
    "States.ArrayUnique(States.Array(null, null, 1))": [None, 1],
    "States.Base64Encode('äb')": "w6Ri",
    "States.Base64Decode('w6Ri')": "äb",
    "States.Base64Decode(' Y!W==J ')": "ab",
    "States.Hash('input data', 'SHA-1')": "aaff4a450a104cd177d28d18d74485e8cae074b7",
    "States.JsonMerge($.a, States.StringToJson('{\"z\": {}}'), false)": {"b-c": [1, {"d": None}], "z": {}},
    "States.JsonToString($.jobs[0])": '{"n":"x","s":3}',
    "States.StringToJson(' ')": None,
    "States.MathAdd(-1.5, 2.5)": 2,
    "States.StringSplit('a.+b,,c', '.+,')": ["a", "b", "c"],
    "States.StringSplit('a^b]c', '^]')": ["a", "b", "c"],
    "States.MathRandom(7, 8)": 7,
    "States.MathRandom(1, 100, 42)": 63,
    "States.MathRandom(1, 9, 1)": 6,
    "States.MathRandom(-2147483648, 2147483647, 1)": -1155869325,
    "States.JsonMerge($.a, States.StringToJson('{}'), 'true')": {"b-c": [1, {"d": None}]},
}


@pytest.mark.parametrize("text", CALLS)
def test_an_intrinsic_function_returns_a_value(text: str):
    assert EVALUATOR.fill({"v.$": text}, scene()) == {"v": CALLS[text]}


def test_a_uuid_is_of_the_random_numbers_of_the_run():
    first, second = (
        TemplateEvaluator(make_intrinsic_functions(draw())).evaluate("States.UUID()", scene(), "v.$") for _ in range(2)
    )
    assert first == second
    assert isinstance(first, str)
    assert len(first) == 36


WITH_INVALID_ARGUMENTS = [
    "States.ArrayGetItem($.jobs, 2)",
    "States.ArrayGetItem($.jobs, -1)",
    "States.ArrayLength($.t)",
    "States.ArrayPartition($.jobs, 0.9)",
    "States.ArrayRange(0, 5, 0)",
    "States.ArrayRange(1, 2000, 1)",
    "States.Format('{} {}', 1)",
    "States.Format('{}', 1, 2)",
    "States.Format(1)",
    "States.Hash($.t, 'MD4')",
    "States.Hash($.t, 'md5')",
    "States.JsonMerge($.a, $.a, true)",
    "States.JsonMerge($.a, 1, false)",
    "States.MathAdd('1', 2)",
    "States.MathAdd(2147483647, 1)",
    "States.MathRandom(5, 5)",
    "States.MathRandom(1.4, 1.6)",
    "States.MathRandom(1, 5, null)",
    "States.StringSplit(1, ',')",
    "States.UUID(1)",
]
FAILING = {
    **{text: f"Invalid arguments in {text[: text.index('(')]}" for text in WITH_INVALID_ARGUMENTS},
    "States.Format('a {')": "Invalid template in States.Format: matching '}' not found for '{'.",
    "States.Format('{{}}', 1)": "Invalid template in States.Format: matching '}' not found for '{'.",
    "States.Format('}')": "Invalid template in States.Format: matching '{' not found for '}'.",
    "States.StringToJson('{')": (
        "Cannot convert String to Json in States.StringToJson, caused by: "
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    ),
    "States.StringToJson('NaN')": (
        "Cannot convert String to Json in States.StringToJson, caused by: NaN is not a number of JSON"
    ),
    "States.StringToJson('[1e999]')": (
        "Cannot convert String to Json in States.StringToJson, caused by: the number 1e999 is too large"
    ),
}


@pytest.mark.parametrize("text", FAILING)
def test_a_function_that_can_not_use_its_arguments(text: str):
    with pytest.raises(StatesError) as error:
        EVALUATOR.fill({"v.$": text}, scene())
    assert error.value.error == "States.Runtime"
    where = f"There was an error while evaluating the intrinsic function: {text}."
    assert error.value.cause == f"{where} {FAILING[text]}"


def test_a_path_in_a_call_that_leads_nowhere():
    with pytest.raises(StatesError) as error:
        EVALUATOR.fill({"v.$": "States.Array(States.ArrayLength($.no))"}, scene({"x": 1}))
    assert error.value.cause == (
        "The function 'States.ArrayLength($.no)' had the following error: "
        "The JsonPath argument for the field '$.no' could not be found in the input '{\"x\":1}'"
    )


@pytest.mark.parametrize(
    "text",
    [
        "States.Format('a'",
        "States.Format('a') x",
        "States.Format('a' 'b')",
        "States.Format(a)",
        "States.Format('a)",
        "Format('a')",
        "States.Array(" * 11 + ")" * 11,
        "States.Array($.a[)",
        "States.Array(1e999)",
        f"States.Array({'1' * 5000})",
        r"States.Format('a \"b\" ')",
    ],
)
def test_what_is_no_call(text: str):
    with pytest.raises(IntrinsicSyntaxError):
        parse_call(text)


def test_a_template_evaluates_names_that_end_with_the_mark_at_any_depth():
    template: Json = {"a.$": "$.t", "b": [{"c.$": "$$.State.Name"}, "$.t"], "d": "$.t", "e.$": 5, "f": "States.UUID()"}
    assert EVALUATOR.fill(template, scene()) == {
        "a": "text",
        "b": [{"c": "S"}, "$.t"],
        "d": "$.t",
        "e.$": 5,
        "f": "States.UUID()",
    }


TEMPLATE_FAULTS = {
    "$.no": "The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{\"x\":1}'",
    "$no": "The JSONPath '$no' specified for the field 'v.$' could not be found in the input 'null'",
    "States.Nothing()": "The function 'States.Nothing' does not exist.",
    "$.a[": "The value for the field 'v.$' is not valid: '$.a[' is not a path",
    "nothing": "The value for the field 'v.$' is not valid: 'nothing' has no call",
}


@pytest.mark.parametrize("text", TEMPLATE_FAULTS)
def test_a_template_names_its_field_in_an_error(text: str):
    with pytest.raises(StatesError) as error:
        EVALUATOR.fill({"v.$": text}, scene({"x": 1}))
    assert error.value.cause.startswith(TEMPLATE_FAULTS[text])


RULES: list[tuple[dict[str, Json], bool]] = [
    ({"Variable": "$.n", "NumericEquals": 1.0}, True),
    ({"Variable": "$.n", "NumericGreaterThan": 1}, False),
    ({"Variable": "$.n", "NumericLessThanEqualsPath": "$.m"}, True),
    ({"Variable": "$.n", "StringEquals": "1"}, False),
    ({"Variable": "$.s", "StringLessThan": "b"}, True),
    ({"Variable": "$.s", "StringGreaterThanEqualsPath": "$$.State.Name"}, True),
    ({"Variable": "$.s", "StringMatches": "*.log"}, True),
    ({"Variable": "$.s", "StringMatches": r"a\*.log"}, True),
    ({"Variable": "$.s", "StringMatches": "*.lo"}, False),
    ({"Variable": "$.n", "StringMatches": "*"}, False),
    ({"Variable": "$.long", "StringMatches": "*a" * 40 + "*b"}, False),
    ({"Variable": "$.long", "StringMatches": "*a" * 40 + "*"}, True),
    ({"Variable": "$.b", "BooleanEquals": True}, True),
    ({"Variable": "$.n", "BooleanEquals": True}, False),
    ({"Variable": "$.b", "NumericEquals": 1}, False),
    ({"Variable": "$.at", "TimestampLessThan": "2026-01-01T01:00:00+00:30"}, True),
    ({"Variable": "$.at", "TimestampEquals": "2026-01-01"}, False),
    ({"Variable": "$.z", "IsNull": True}, True),
    ({"Variable": "$.z", "IsPresent": True}, True),
    ({"Variable": "$.none", "IsPresent": False}, True),
    ({"Variable": "$.none.x", "IsPresent": True}, False),
    ({"Variable": "$.at", "IsTimestamp": True}, True),
    ({"Variable": "$.s", "IsTimestamp": False}, True),
    ({"Variable": "$.n", "IsNumeric": True}, True),
    ({"Variable": "$.b", "IsNumeric": True}, False),
    ({"Variable": "$.b", "IsBoolean": True}, True),
    ({"Variable": "$.s", "IsString": False}, False),
    ({"And": [{"Variable": "$.none", "IsPresent": True}, {"Variable": "$.none", "StringEquals": "x"}]}, False),
    ({"Or": [{"Variable": "$.b", "BooleanEquals": True}, {"Variable": "$.none", "StringEquals": "x"}]}, True),
    ({"Not": {"Variable": "$.b", "BooleanEquals": True}}, False),
]


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_a_choice_rule_matches_or_not(rule: dict[str, Json], expected: bool):
    values: dict[str, Json] = {"n": 1, "m": 2, "s": "a*.log", "b": True, "z": None, "at": "2026-01-01T00:00:00Z"}
    values["long"] = "a" * 5000
    assert evaluate_rule(rule, scene(values)) is expected


@pytest.mark.parametrize(
    "rule", [{"Variable": "$.no", "NumericEquals": 1}, {"Variable": "$.n", "NumericEqualsPath": "$.no"}]
)
def test_a_rule_about_nothing_is_an_error(rule: dict[str, Json]):
    with pytest.raises(StatesError) as error:
        evaluate_rule(rule, scene({"n": 1}))
    cause = "Invalid path '$.no': The choice state's condition path references an invalid value."
    assert (error.value.error, error.value.cause) == ("States.Runtime", cause)


REGEX = "$.l[?(@.x =~ /(a+)+$/)]"


def test_a_path_with_a_regular_expression_cannot_be_simulated():
    data = scene({"l": [{"x": "a" * 50 + "!"}]})
    message = re.escape(f"the path {REGEX} has a regular expression (=~), which cannot be simulated")
    with pytest.raises(UnsupportedSimulationError, match=message):
        EVALUATOR.fill({"v.$": REGEX}, data)
    with pytest.raises(UnsupportedSimulationError, match=message):
        evaluate_rule({"Variable": REGEX, "IsString": True}, data)
    assert parse_path("$.l[?(@.x == '=~')]").steps is None
