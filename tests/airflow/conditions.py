"""Conditions for items: in a plan, in a DAG, and the items that both select."""

from __future__ import annotations

from typing import Any, NamedTuple

ITEMS: list[Any] = [
    {"a": True},
    {"a": False},
    {"a": None},
    {"a": "x"},
    {"a": ""},
    {"a": 1},
    {"a": 0},
    {"a": []},
    {"a": [0, ""]},
    {"a": [0, "x"]},
    {"a": {}},
    {"b": {"c": 2}},
    {"a": 1, "b": {"c": 2}},
    {"b": {"c": 3}, "a": "x"},
    "text",
]


class Condition(NamedTuple):
    """A condition, and the numbers of the items that it selects."""

    jsonata: str
    jinja: str
    selected: list[int]


CONDITIONS = [
    Condition("$item.a", '(task.item["a"] | truth)', [0, 3, 5, 9, 12, 13]),
    Condition("$not($item.a)", '(task.item["a"] is defined and not (task.item["a"] | truth))', [1, 2, 4, 6, 7, 8, 10]),
    Condition("$item.a = true", '(task.item["a"] is defined and task.item["a"] is sameas true)', [0]),
    Condition(
        "$item.a != false",
        '(task.item["a"] is defined and not task.item["a"] is sameas false)',
        [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13],
    ),
    Condition("$item.a = null", '(task.item["a"] is defined and task.item["a"] is sameas none)', [2]),
    Condition("$item.a = 'x'", '(task.item["a"] is defined and task.item["a"] == "x")', [3, 13]),
    Condition(
        "'x' != $item.a",
        '(task.item["a"] is defined and not task.item["a"] == "x")',
        [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 12],
    ),
    Condition(
        "$item.a = 1",
        '(task.item["a"] is defined and (task.item["a"] is not boolean and task.item["a"] == 1))',
        [5, 12],
    ),
    Condition(
        "$item.a != 1",
        '(task.item["a"] is defined and not (task.item["a"] is not boolean and task.item["a"] == 1))',
        [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 13],
    ),
    Condition(
        "$item.a = 'x' or $item.b.c = 2",
        '((task.item["a"] is defined and task.item["a"] == "x") or (task.item["b"]["c"] is defined and (task.item["b"]["c"] is not boolean and task.item["b"]["c"] == 2)))',
        [3, 11, 12, 13],
    ),
    Condition(
        "($item.a and $not($item.b.c = 2))",
        '((task.item["a"] | truth) and (not (task.item["b"]["c"] is defined and (task.item["b"]["c"] is not boolean and task.item["b"]["c"] == 2))))',
        [0, 3, 5, 9, 13],
    ),
    Condition("$exists($item.b.c)", '(task.item["b"]["c"] is defined)', [11, 12, 13]),
    Condition("$boolean($item.b)", '(task.item["b"] | truth)', [11, 12, 13]),
    Condition("true", "true", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    Condition(
        "$not($item.a = 'x')",
        '(not (task.item["a"] is defined and task.item["a"] == "x"))',
        [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14],
    ),
    Condition("$not($exists($item.b))", '(not (task.item["b"] is defined))', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14]),
    Condition(
        "$not($item.a and $item.b)",
        '(not ((task.item["a"] | truth) and (task.item["b"] | truth)))',
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14],
    ),
]
