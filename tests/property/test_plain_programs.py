"""Plain programs: whatever the values, they give what the engine gives, or leave the program to the engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonata.jexception import JException

from sfnorch.evaluation.budget import Budget
from sfnorch.evaluation.engine import Engine
from sfnorch.evaluation.plain_functions import NotPlainError
from sfnorch.evaluation.plain_programs import build_plain
from sfnorch.simulator.query.jsonata_values import convert_to_json

PROGRAMS = (
    "$x",
    "$x.a",
    "$x.a.b",
    "$x = $y",
    "$x != $y",
    "$x.a = $y",
    "$x = null",
    "$x & $y",
    "'a' & $x.a",
    "$x + 1",
    "$x - $y",
    "$not($x)",
    "$not($x.a = false)",
    "$exists($x.a) and $x.a != null",
    "$x = 1 or $y = 1",
    "$x and $y",
    "$x ? 1 : 2",
    "$x.a ? $x",
    "$type($x)",
    "$type($x.a)",
    "$string($x)",
    "$string($x.a)",
    "$count($x)",
    "$x.(a = 1 ? {} : {'a': a, 'b': b})",
    "$x.a.(b)",
    "{'x': $x, 'y': $y.a, 'n': null}",
    "($f := $x.a; $exists($f) and $f != null ? ($type($f) = 'string' ? $f : $string($f)) : $type($x))",
    "($t := function($v, $n) { $exists($v) ? ($v != null ? $string($v)) : $n }; {'a': $t($x.a, 'n'), 'b': $t($y)})",
    "($x := 1; $x)",
    "($x := $y; ($x := 2); $x)",
    "$toMillis($x)",
    "$toMillis('2026-01-01T00:00:00.000Z') - $x",
    "($f := function() { $x }; $x := 3; $f())",
    "($f := function($x) { $x }; $f($y) & $x)",
    "()",
    "$x / 1000",
    "$round($x / 1000)",
    "$round(($x - $y) / 2)",
    "$x.(a = 1 ? b : $error('none'))",
)

scalars = st.sampled_from(
    [None, True, False, 0, 1, -3, 2**40, 2**53, 1.5, 2.0, "", "a", "é", "2026-01-01T00:00:00.000Z"]
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


@pytest.mark.parametrize("text", PROGRAMS)
def test_each_program_is_plain(text: str):
    assert build_plain(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "$",
        "$$",
        "$x[0]",
        "$x.*",
        "$x.a[]",
        "$sum($x)",
        "$string($x, true)",
        "[1]",
        "1.5",
        "$x{a: 1}",
        "$uuid()",
        "($f := function() { $f() }; $f())",
        "$x := 1",
        "$x ? $y := 1 : 2",
    ],
)
def test_other_programs_are_for_the_engine(text: str):
    assert build_plain(text) is None


@given(st.sampled_from(PROGRAMS), values, values)
def test_a_plain_program_gives_what_the_engine_gives(text: str, x: Any, y: Any):
    variables = {"x": x, "y": y}
    program = build_plain(text)
    assert program is not None
    try:
        found = program.evaluate(variables, lambda: 0)
    except NotPlainError:
        return
    try:
        expected = convert_to_json(Engine().run(text, variables, Budget()))
    except JException as error:
        raise AssertionError(f"the engine fails: {error}") from None
    assert json.dumps(convert_to_json(found)) == json.dumps(expected)


def test_a_variable_hides_a_function():
    program = build_plain("$count($x)")
    assert program is not None
    with pytest.raises(NotPlainError):
        program.evaluate({"x": [1], "count": 2}, lambda: 0)
