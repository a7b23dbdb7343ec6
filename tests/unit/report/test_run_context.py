"""The run of an execution in what is shown: its ID, its date and its parameters."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, cast

import pytest

from sfnorch.aws.polling import Clock
from sfnorch.console import Console
from sfnorch.json_values import Json
from sfnorch.report.followed.document import convert_tree
from sfnorch.report.followed.titles import build_titles
from sfnorch.report.followed.tree import render_tree
from sfnorch.report.run_context import list_run_lines
from sfnorch.runs.run_tree import RunTree

AT = datetime(2026, 3, 29, 1, tzinfo=timezone.utc)
RUN: dict[str, Json] = {
    "id": "2026-03-29-ab12cd34",
    "name": "n",
    "startedAt": "2026-03-29T01:00:00.000Z",
    "scheduledAt": "2026-03-29T01:00:00.000Z",
    "date": "2026-03-29",
    "attempt": 1,
}


@pytest.mark.parametrize(
    ("run", "params", "lines"),
    [
        (None, None, []),
        ({}, {}, []),
        (RUN, {}, ["run 2026-03-29-ab12cd34, date 2026-03-29"]),
        ({**RUN, "attempt": 2}, None, ["run 2026-03-29-ab12cd34, date 2026-03-29, attempt 2"]),
        (
            {**RUN, "scheduledAt": "2026-03-29T00:30:00Z"},
            None,
            ["run 2026-03-29-ab12cd34, date 2026-03-29, scheduled for 2026-03-29T00:30:00Z"],
        ),
        (
            None,
            {"a": "x", "b": 1, "c": True, "d": None, "e": "", "f": "a b", "g": 'a"\n\u2028', "h": "x" * 100},
            [f'parameters: a=x, b=1, c=true, d=null, e="", f="a b", g="a\\"\\n\u2028", h={"x" * 60}…'],
        ),
    ],
)
def test_the_lines_of_a_run(run: Mapping[str, Json] | None, params: Mapping[str, Json] | None, lines: list[str]):
    assert list(list_run_lines(run, params)) == lines


def make_tree(variables: dict[str, Json]) -> RunTree:
    """A run of one execution, which has left its first state with these variables."""
    tree = RunTree(cast("Any", None), ["arn:aws:states:us-east-1:123456789012:execution:etl-master:n"], Clock())
    record = tree.roots[0].record
    record.variables, record.status = variables, "SUCCEEDED"
    record.started = record.ended = AT
    record.assigned["DescribeRun"] = tuple(variables)
    return tree


@pytest.mark.parametrize(
    ("height", "shown"),
    [
        (
            None,
            [
                "master SUCCEEDED  00s",
                "├── run 2026-03-29-ab12cd34, date 2026-03-29",
                "└── parameters: mode=full",
            ],
        ),
        (
            3,
            [
                "master SUCCEEDED  00s",
                "├── run 2026-03-29-ab12cd34, date 2026-03-29",
                "└── parameters: mode=full",
            ],
        ),
        (2, ["master SUCCEEDED  00s"]),
    ],
)
def test_the_tree_of_a_run(height: int | None, shown: list[str]):
    tree = make_tree({"run": RUN, "params": {"mode": "full"}})
    console = Console(file=io.StringIO(), width=80)
    console.print(render_tree(tree, build_titles(tree, "etl"), AT, height=height))
    assert [line.rstrip() for line in cast("io.StringIO", console.file).getvalue().splitlines()] == shown


def test_the_data_of_a_run():
    (execution,) = convert_tree(make_tree({"run": RUN, "params": {"mode": "full"}}))["executions"]
    assert (execution["run"], execution["params"]) == (
        {
            "id": "2026-03-29-ab12cd34",
            "date": "2026-03-29",
            "scheduledAt": "2026-03-29T01:00:00.000Z",
            "startedAt": "2026-03-29T01:00:00.000Z",
            "attempt": 1,
        },
        {"mode": "full"},
    )
    (before,) = convert_tree(make_tree({"run": "x"}))["executions"]
    assert (before["run"], before["params"]) == (None, None)
