"""Step Functions' own functions, and what an expression may not come to."""

from __future__ import annotations

import random
from datetime import datetime, timezone
from typing import Any

import pytest

from sfnorch.evaluation.budget import MOST_STEPS
from sfnorch.simulator.errors import StatesError, UnsupportedSimulationError, is_matching_error
from sfnorch.simulator.query.evaluator import Evaluator

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=timezone.utc)


def evaluate(code: str, **variables: Any) -> Any:
    return Evaluator(random.Random(1), lambda: NOW).evaluate_field(f"{{% {code} %}}", variables, "Output")  # noqa: S311


VALUES = {
    "($start := $substring(?, 0, 2); $start('abc'))": "ab",
    "($pairs := $partition(?, 2); $pairs([1, 2, 3]))": [[1, 2], [3]],
    "$now()": "2026-01-02T03:04:05.678Z",
    "$now('[Y]-[M01]')": "2026-01",
    "$millis()": 1767323045678,
    "$toMillis('2026-01-01T00:00:00.500Z')": 1767225600500,
    "$toMillis('2026-01-01T01:00:00+01:00')": 1767225600000,
    "$toMillis('2026', '[Y]')": 1767225600000,
    "$toMillis($now()) = $millis()": True,
    "$exists($toMillis(nothing))": False,
    "$random(7) = $random(7)": True,
    "$random() < 1": True,
    "$hash('a', 'MD5')": "0cc175b9c0f1b6a831c399e269772661",
    "$exists($hash('a'))": False,
    "$random(77)": 0.7240700207191966,
    "$partition([1..5], 2.9)": [[1, 2], [3, 4], [5]],
    "$partition([1, 2])": [[1, 2]],
    "$exists($partition([1, 2], 0))": False,
    "$range(3, 1, -1)": [3, 2, 1],
    "$range(1, 5, 9)": 1,
    "$exists($range(1, 2, 0))": False,
    "$parse('null')": None,
    "$parse(nothing) = 1": False,
    "[1..3].($ * 2)": [2, 4, 6],
    "{'a': null}": {"a": None},
    "1e15": 1_000_000_000_000_000,
    "0.1 + 0.2 > 0.3": True,
    "1 / 0": "Infinity",
    "-1 / 0": "-Infinity",
    "0 / 0": "NaN",
    "5 % 0": "NaN",
    "$floor(1 / 0)": "Infinity",
    "$parse(\"{'a': 'it\\\\'s \\\"'}\")": {"a": "it's \""},
    "1 / 0 > 5": True,
    "-5 % 3": -2,
    "5.5 % 2": 1.5,
    "$string(0.1 + 0.2)": "0.3",
    "$string(2 / 3)": "0.666666666666666",
    "$string(1e20)": "100000000000000000000",
    "$string([1, 'a', null, {'b': true}])": '[1,"a",null,{"b":true}]',
    "$string({'a': [1]}, true)": '{\n  "a": [\n    1\n  ]\n}',
    "1.5 & null & [1]": "1.5null[1]",
    "$number('0x1F') + $number(true)": 32,
    "$formatNumber(2.5, '#') & $formatNumber(3.5, '#')": "24",
    "$base64decode('YQ')": "a",
    "$decodeUrlComponent('a+b%20c')": "a b c",
    "$toMillis('2026-01-01T00:00:00')": 1767225600000,
    "$fromMillis(0, '[H01]', 'UTC')": "00",
    "$sort([{'n': 2, 'i': 1}, {'n': 1, 'i': 2}, {'n': 2, 'i': 3}], function($a, $b) { $a.n > $b.n }).i": [2, 1, 3],
}


BEGINS = "The JSONata expression '{}' specified for the field 'Output' threw an error during evaluation. "
TOO_DEEP = "its recursion or nesting is too deep for a simulation; write a loop as a tail call, $map or $reduce"
TOO_MANY = "it takes more than 100 steps, the limit of a simulation; check that its recursion ends"
SWITCH = "($__evaluate_entry := nothing; $__evaluate_exit := nothing; ($f := function($x) { $f($x) }; $f(1)))"
LIMITED = {
    "($f := function($x) { $f($x + 1) }; $f(1))": TOO_MANY,
    "[1..100].($ + 1)": TOO_MANY,
    "($f := function($x) { 1 + $f($x) }; $f(1))": TOO_DEEP,
    "($f := function($x) { $map([1, 2], function($y) { 1 + $f($y) }) }; $f(1))": TOO_DEEP,
    SWITCH: TOO_MANY,
}


@pytest.mark.parametrize("code", LIMITED)
def test_an_expression_has_an_end_after_the_same_steps_on_every_machine(code: str):
    steps = 100 if LIMITED[code] == TOO_MANY else 1_000_000
    evaluator = Evaluator(random.Random(1), lambda: NOW, steps)  # noqa: S311
    for _ in range(2):
        with pytest.raises(StatesError) as error:
            evaluator.evaluate_field(f"{{% {code} %}}", {}, "Output")
        assert (error.value.error, error.value.cause) == (
            "States.QueryEvaluationError",
            BEGINS.format(code) + LIMITED[code],
        )


def test_the_steps_of_one_evaluation_do_not_count_for_the_next():
    evaluator = Evaluator(random.Random(1), lambda: NOW, 100)  # noqa: S311
    assert {evaluator.evaluate_field("{% $sum([1..20].($ + 1)) %}", {}, "Output") for _ in range(20)} == {230}


def test_a_variable_of_the_state_cannot_switch_the_limits_off():
    evaluator = Evaluator(random.Random(1), lambda: NOW, 100)  # noqa: S311
    bindings = {"__evaluate_entry": None, "__evaluate_exit": 5}
    assert evaluator.evaluate_field("{% 1 + 1 %}", bindings, "Output") == 2
    with pytest.raises(StatesError, match="more than 100 steps"):
        evaluator.evaluate_field("{% ($f := function($x) { $f($x) }; $f(1)) %}", bindings, "Output")


@pytest.mark.parametrize("code", VALUES)
def test_values(code: str):
    assert evaluate(code) == VALUES[code]


FAULTS = {
    "$hash('a', 'CRC')": "D3137: Hash algorithm 'CRC' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
    "$hash({}, 'MD5')": 'T0410: Argument 1 of function "hash" does not match function signature',
    "$partition(5, 2)": 'T0412: Argument 1 of function "partition" must be an array of undefined',
    "$partition([1], -1)": "D3137: Second argument must be zero or greater",
    "$parse(5)": 'T0410: Argument 1 of function "parse" does not match function signature',
    "$parse('{')": "D3137: Invalid JSON",
    "$parse('1', 2)": 'T0410: Argument 2 of function "parse" does not match function signature',
    "$power(2, 2000)": (
        "D3061: The power function has resulted in a value that cannot be represented as a JSON number: base=2, exponent=2000"
    ),
    "$uppercase(null)": 'T0410: Argument 1 of function "uppercase" does not match function signature',
    "'a' + 1": 'T2001: The left side of the "+" operator must evaluate to a number',
    "$base64decode('?')": "D3137: The text is not Base64: Only base64 data is allowed",
    "$number('1 2')": 'D3030: Unable to cast value to a number: "1 2"',
    "$eval('1')": "$eval is not supported in Step Functions",
    "($f := $uppercase; $f(1))": 'T0410: Argument 1 of function "f" does not match function signature',
    "$uppercase(1)": 'T0410: Argument 1 of function "uppercase" does not match function signature',
    "$f(1)": "T1006: Attempted to invoke a non-function",
    "$error('so')": "D3137: so",
    "1 / 0 + 1": "D1001: Number out of range: Infinity",
}


@pytest.mark.parametrize("code", FAULTS)
def test_faults(code: str):
    with pytest.raises(StatesError) as error:
        evaluate(code)
    assert error.value.error == "States.QueryEvaluationError"
    assert error.value.cause == BEGINS.format(code) + FAULTS[code]


def test_a_function_is_no_result():
    with pytest.raises(StatesError) as error:
        evaluate("function($x) { $x }")
    source = "The JSONata expression 'function($x) { $x }' specified for the field 'Output'"
    assert error.value.cause == f"{source} returned an unsupported result type."


TAKEN = [
    (["E"], "E", True),
    (["E"], "F", False),
    (["States.ALL"], "E", True),
    (["States.ALL"], "States.Timeout", True),
    (["States.ALL"], "States.DataLimitExceeded", False),
    (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
    (["States.ALL"], "States.Runtime", False),
    (["States.Runtime"], "States.Runtime", False),
    (["States.TaskFailed"], "Glue.AWSGlueException", True),
    (["States.TaskFailed"], "States.QueryEvaluationError", False),
    (["States.TaskFailed"], "States.Timeout", False),
    (["States.TaskFailed"], "States.HeartbeatTimeout", False),
    (["States.TaskFailed"], "States.DataLimitExceeded", False),
    (["States.Timeout"], "States.HeartbeatTimeout", True),
    (["States.HeartbeatTimeout"], "States.Timeout", False),
    (["States.HeartbeatTimeout"], "States.HeartbeatTimeout", True),
    ([1, None], "E", False),
]


@pytest.mark.parametrize(("names", "error", "expected"), TAKEN)
def test_who_takes_which_error(names: list[Any], error: str, expected: bool):
    assert is_matching_error(names, error) is expected


def test_names_and_causes_are_cut_where_aws_cuts_them():
    error = StatesError("e" * 300, "c" * 40_000)
    assert (len(error.error), len(error.cause)) == (256, 32_768)


def test_the_expressions_of_a_run_have_a_limit_together():
    evaluator = Evaluator(random.Random(1), lambda: NOW)  # noqa: S311
    evaluator.evaluate_field("{% $sum([1..10]) %}", {}, "Output")
    one = evaluator._steps
    assert one > 0
    evaluator.evaluate_field("{% $sum([1..10]) %}", {}, "Output")
    assert evaluator._steps == 2 * one
    evaluator._steps = 2 * MOST_STEPS - one
    evaluator.evaluate_field("{% $sum([1..10]) %}", {}, "Output")
    with pytest.raises(UnsupportedSimulationError, match="2,000,000 steps"):
        evaluator.evaluate_field("{% 1 %}", {}, "Output")
