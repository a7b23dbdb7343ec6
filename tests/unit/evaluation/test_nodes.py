"""A node has the value that the library computes, although the engine evaluates most nodes itself."""

from __future__ import annotations

from typing import Any

import pytest
from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from sfnorch.evaluation.budget import Budget
from sfnorch.evaluation.engine import Engine
from tests.unit.evaluation.test_shared_trees import DATA
from tests.unit.evaluation.test_shared_trees import EXPRESSIONS as SHARED

BINDINGS: dict[str, Any] = {"d": DATA, "list": [[1, [2]], {"a": [3, {"a": 4}]}, [{"a": None}]], "n": 2, "nothing": None}
EXPRESSIONS = [
    *SHARED,
    "$list.a",
    "$list[2].a",
    "$list.a.a",
    "$list[0][1]",
    "$list[[0, 0, -1]]",
    "$list[$n]",
    "$list[-1.5]",
    "[$list[0], [$list[0]]]",
    "[$list.a][]",
    "$d.items[]",
    "$d.items[0].tags",
    "$d.items[1].tags",
    "$d.items[1].tags[]",
    "$d.items[name = 'b'][]",
    "$d.items[0].(name & '!')",
    "$d.items.($ = 1)",
    "$d.items.$.name",
    "[1..$n].($ * 2)",
    "$nothing",
    "$nothing.a",
    "$missing.a",
    "{'a': $missing, 'b': $nothing, 'c': []}",
    "{'a': 1, 'a': 2}",
    "{$d.items[0].name: 1}",
    "{1: 1}",
    "$d.items.{'a': $missing}",
    "$missing ? 1",
    "[] ? 1 : 2",
    "$list ? 1 : $unknown(1)",
    "($x := 1; ($x := 2; $x); $x)",
    "()",
    "$x := [1]",
    "$missing and $unknown(1)",
    "true or $unknown(1)",
    "[0, 1] and 1",
    "1 in $list[0]",
    "'a' < 1",
    "$missing < 1",
    "1 < 2 < 3",
    "count([1])",
    "missing(1)",
    "$count([1, 2], 3)",
    "$sum('a')",
    "$list ~> $count",
    "$map([1, 2], function($v, $i) { $v + $i })",
    "[1, 2].$string()",
    "-$n + 1",
    "-'a'",
]


def build_outcome(evaluate: Any) -> Any:
    try:
        return Utils.convert_nulls(evaluate())
    except JException as error:
        return error.error
    except (TypeError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_node_has_the_value_of_the_library(text: str):
    ours = build_outcome(lambda: Engine().run(text, BINDINGS, Budget()))

    def evaluate() -> Any:
        bindings = {name: Utils.NULL_VALUE if value is None else value for name, value in BINDINGS.items()}
        return Jsonata(text).evaluate(None, bindings)

    assert repr(ours) == repr(build_outcome(evaluate))


@pytest.mark.parametrize(
    "expression", ["[$d][0].($)", "[{'a': 1}][0].a", "[$missing, $d][0].{'b': 1}", "[1][0].($ + 1)"]
)
def test_no_step_follows_a_single_item_of_an_array_constructor(expression: str):
    # as in JSONata 2.0; the library takes the keys of the item
    assert Engine().run(expression, BINDINGS, Budget(1_000)) is None
