"""Conditions over a document: their value, and what is wrong with others."""

from __future__ import annotations

import pytest

from sfnorch.evaluation.conditions import evaluate_condition, find_syntax_error

DOCUMENT = {"jobs": [{"name": "a", "seconds": 3}, {"name": "b", "seconds": None}], "price": 0.5}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("$count(jobs) = 2", True),
        ("price > 1", False),
        ("jobs[name = 'a'].seconds = 3 /* at the end */", True),
        ("$exists(jobs[name = 'c'])", False),
        ("(\n  $n := jobs.name;\n  'a' in $n and $not('c' in $n)\n)", True),
        ("jobs[1].seconds = null", True),
        ("jobs.nothing", "nothing"),
        ("jobs.name", "a value that is neither true nor false"),
        ("$error('why')", "D3137: why"),
        ("price + 'a'", 'T2002: The right side of the "+" operator must evaluate to a number'),
        ("$f()", "T1006: Attempted to invoke a non-function"),
    ],
)
def test_values(code, value):
    assert find_syntax_error(code) == ""
    assert evaluate_condition(code, DOCUMENT) == value


def test_an_endless_condition_ends():
    code = "($f := function($n) { $f($n + 1) }; $f(0))"
    assert "steps" in str(evaluate_condition(code, DOCUMENT))


@pytest.mark.parametrize("code", ["$count(", "a b", "", "'text", "[1,"])
def test_syntax_errors(code):
    assert find_syntax_error(code)
