"""Expressions without the blanks that they do not need mean the same: the parser reads the same tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonata.parser import Parser

from sfnorch.asl import fold, is_expression, serialize_graph
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from tests.golden.artifacts import PLANS


@pytest.mark.parametrize(
    ("code", "folded"),
    [
        ("$a  &\n  \"b  c\" & 'd  e'", "$a&\"b  c\"&'d  e'"),
        ("(\n  $f := function($x) { $x = 1 ? true : false };\n  $f(2)\n)", "($f:=function($x){$x=1?true:false};$f(2))"),
        ("$match(x, /a  [/ ] b\\/ c/)", "$match(x,/a  [/ ] b\\/ c/)"),
        ("$match(x,\n  /a  b/)", "$match(x,/a  b/)"),
        ("($a - $b) / 1000 / 2 > - 3", "($a - $b)/ 1000 / 2>- 3"),
        ('$a in ["x", "y"] and not ( $b )', '$a in["x","y"]and not($b)'),
        ("`a  name`.b", "`a  name`.b"),
        ('/* "a  b */ 1', '/* "a  b */ 1'),
        ('"\\"  "  &  1', '"\\"  "&1'),
        ("x. $ {y: z}", "x. $ {y:z}"),
        ("  1  ", "1"),
    ],
)
def test_what_is_left(code: str, folded: str):
    assert fold(code) == folded
    assert fold(folded) == folded


def expressions(value: Any) -> Iterator[str]:
    """The code of every expression in a definition."""
    if isinstance(value, dict):
        for item in value.values():
            yield from expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)
    elif is_expression(value):
        yield value[2:-2]


def tree(node: Any) -> Any:
    """What the parser reads, without the places where it stood."""
    if isinstance(node, list):
        return [tree(item) for item in node]
    if isinstance(node, tuple):
        return tuple(tree(item) for item in node)
    if isinstance(node, Parser.Symbol):
        ignored = ("position", "_outer_instance", "outer_instance", "parser")
        return {key: tree(item) for key, item in vars(node).items() if key not in ignored}
    pattern = getattr(node, "pattern", None)
    return node if pattern is None else str(pattern)


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.plan.yaml")), ids=lambda path: path.name)
def test_every_expression_of_ours_keeps_its_tree(path: Any):
    plan = parse_plan(path.read_text(encoding="utf-8"), folder=PLANS)
    found = {code for machine in build_workflow(plan).machines for code in expressions(serialize_graph(machine.graph))}
    assert found
    for code in found:
        assert str(tree(Parser().parse(fold(code)))) == str(tree(Parser().parse(code)))
