"""The tree of an expression is parsed once in a process, and so no evaluation may change it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonata.jexception import JException

from sfnorch.evaluation.budget import Budget
from sfnorch.evaluation.engine import Engine

DATA = {"items": [{"name": "b", "price": 2, "tags": ["x"]}, {"name": "a", "price": 1, "tags": []}], "none": None}
EXPRESSIONS = [
    "$d.items.price",
    "$d.items[price > 1].name",
    "$d.items[0][]",
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


def outcome(engine: Engine) -> str:
    try:
        return repr(engine.run({"d": DATA}, Budget()))
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
    fields = vars(value) if hasattr(value, "__dict__") else {}
    return type(value).__name__, [(name, shape(field, seen)) for name, field in sorted(fields.items())]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_evaluation_changes_nothing_in_the_tree(text: str):
    first, second = Engine(text), Engine(text)
    before = shape(first.ast, {})
    came = outcome(first)
    assert (shape(first.ast, {}), first.ast is second.ast) == (before, True)
    assert (outcome(second), outcome(first), outcome(Engine(text))) == (came, came, came)


def test_what_one_engine_binds_another_does_not_see():
    first, second = Engine("$f()"), Engine("$f()")
    first.register_lambda("f", lambda: 1)
    assert outcome(first) == "1"
    assert outcome(second).startswith("JException: ")
