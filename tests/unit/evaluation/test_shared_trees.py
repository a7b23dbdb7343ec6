"""The tree of an expression is parsed once in a process, and so no evaluation may change it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonata.jexception import JException

from sfnorch.evaluation.budget import Budget
from sfnorch.evaluation.engine import Engine, parse
from sfnorch.evaluation.functions import build_own_function

DATA = {"items": [{"name": "b", "price": 2, "tags": ["x"]}, {"name": "a", "price": 1, "tags": []}], "none": None}
EXPRESSIONS = [
    "$d.items.price",
    "$d.items[price > 1].name",
    "$d.items[0][]",
    "$d.items[[0, 0, -1]].name",
    "$d.items^(>price).name",
    "$d.items{name: $sum(price)}",
    "$d.items.{'n': name, 't': [tags]}",
    "$d.items@$i.tags.{'of': $i.name}",
    "$d.items#$n.{'at': $n}",
    "$d.items.tags.%.name",
    "$d.**.name",
    "$d.*[0]",
    "$d ~> |items|{'price': price * 2}, 'tags'|",
    "($f := function($x) { $x <= 1 ? 1 : $x * $f($x - 1) }; $f(5))",
    "($f := function($n, $x) { $n = 0 ? $x : $f($n - 1, $x + 1) }; $f(50, 0))",
    "($add := function($a, $b) { $a + $b }; $one := $add(?, 1); [1..3] ~> $map($one))",
    "($twice := $trim ~> $uppercase; $twice(' a '))",
    "$replace('abcabc', /b(c)/, function($m) { $m.groups[0] })",
    "$d.none",
    "$missing(1)",
    "$d.items.name + 1",
    "$sort($d.items, function($l, $r) { $l.price > $r.price }).name",
    "$d.items.name & '-' & $string(1 in [1, 2])",
]


def outcome(text: str, engine: Engine | None = None) -> str:
    try:
        return repr((engine or Engine()).run(text, {"d": DATA}, Budget()))
    except (JException, TypeError) as error:
        return f"{type(error).__name__}: {error}"


def shape(value: Any, seen: dict[int, int]) -> Any:
    """Return all that the tree holds, each object of it once."""
    if isinstance(value, str | int | float | type(None)):
        return value
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = len(seen)
    if isinstance(value, list | tuple):
        return [shape(item, seen) for item in value]
    if isinstance(value, dict):
        return [(key, shape(item, seen)) for key, item in value.items()]
    fields = dict(vars(value)) if hasattr(value, "__dict__") else {}
    fields.pop("evaluate", None)  # how to evaluate the node: made once
    return type(value).__name__, [(name, shape(field, seen)) for name, field in sorted(fields.items())]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_evaluation_changes_nothing_in_the_tree(text: str):
    came = outcome(text)
    tree = parse(text)
    before = shape(tree, {})
    assert (outcome(text), outcome(text)) == (came, came)
    assert shape(tree, {}) == before
    assert parse(text) is tree


def test_what_one_engine_binds_another_does_not_see():
    assert outcome("$f()", Engine({"f": build_own_function("f", "<:n>", lambda: 1)})) == "1"
    assert outcome("$f()").startswith("JException: ")
