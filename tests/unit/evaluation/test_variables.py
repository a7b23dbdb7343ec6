"""Nulls in variables: every result is that of the reference implementation, jsonata 2.2.2."""

from __future__ import annotations

import json

import pytest
from jsonata.utils import Utils

from sfnorch.evaluation.budget import Budget
from sfnorch.evaluation.engine import Engine
from sfnorch.evaluation.variables import NullReplacement


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("$string($x)", {"a": [1, None, {"b": None}]}, '{"a":[1,null,{"b":null}]}'),
        ("'s' & $x", [None], "s[null]"),
        ("null in $x", [1, None], True),
        ("$x = [null]", [None], True),
        ("$boolean($x)", [None], False),
        ("$map($x, $type)", [1, None], ["number", "null"]),
        ("$x.$type($)", [[None], None], ["array", "null"]),
        ("$count($x[$ = null])", [1, None, None], 2),
        ("$each($x, function($v) { $type($v) })", {"a": None, "b": 1}, ["null", "number"]),
        ("$keys($sift($x, function($v) { $v = null }))", {"a": None, "b": 1}, "a"),
        ("$count($reduce($x, $append, []))", [1, None], 2),
        ("$count($x.*)", {"a": None, "b": 1}, 2),
        ("($x := 1; $x)", None, 1),
    ],
)
def test_nulls_in_variables(text: str, value: object, expected: object):
    found = Engine().run(text, {"x": value}, Budget())
    assert json.loads(json.dumps(Utils.convert_nulls(found))) == expected


def test_values_without_nulls_stay_and_large_values_are_kept():
    nulls = NullReplacement()
    plain, large = {"a": [1, {"b": ""}]}, [[None]] * 60
    assert nulls.replace(plain) is plain
    assert nulls.replace(large) is nulls.replace(large)
    assert nulls.replace(large) == [[Utils.NULL_VALUE]] * 60
