"""The state transitions of an execution that succeeds: the longest path through each kind of state."""

from __future__ import annotations

import pytest

from sfnorch.asl import Catcher, Choice, ChoiceRule, Fail, Graph, Map, Parallel, Pass, Succeed, Task, jsonata
from sfnorch.asl.states import AnyState
from sfnorch.asl.transitions import SuccessPath, find_success_path

ITEMS = Map("items", jsonata("$items"), Graph(Pass("one"), Pass("two")), next="end")


def choose(*names: str, default: str) -> Choice:
    """Choose one of these states."""
    return Choice("choose", tuple(ChoiceRule(jsonata("true"), name) for name in names), default)


@pytest.mark.parametrize(
    ("states", "path"),
    [
        ([Pass("only")], SuccessPath(1)),
        ([Task("a", "x", next="b"), Pass("b", next="end"), Succeed("end")], SuccessPath(3)),
        ([Fail("a", "e", "c")], None),
        ([choose("wrong", default="wrong"), Fail("wrong", "e", "c")], None),
        # the longer of two ways, not the one that fails
        ([choose("a", "end", default="f"), Pass("a", next="end"), Succeed("end"), Fail("f", "e", "c")], SuccessPath(3)),
        # of two ways with the same length, the one whose count is complete
        ([choose("items", default="a"), ITEMS, Pass("a", next="end"), Succeed("end")], SuccessPath(3)),
        ([ITEMS, Succeed("end")], SuccessPath(2, has_items=True)),
        # a failure that is caught is no path to success
        (
            [
                Task("a", "x", catch=(Catcher(("States.ALL",), "b"),), next="end"),
                Pass("b", next="c"),
                Pass("c", next="end"),
                Succeed("end"),
            ],
            SuccessPath(2),
        ),
        # a loop counts once
        ([Pass("a", next="choose"), choose("a", default="end"), Succeed("end")], SuccessPath(3)),
        # every branch counts
        (
            [Parallel("both", (Graph(Pass("a"), comment=""), Graph(Pass("b", next="c"), Pass("c"))), next="end"), Succeed("end")],
            SuccessPath(5),
        ),
        ([Parallel("both", (Graph(Pass("a")), Graph(Fail("b", "e", "c"))))], None),
        ([Parallel("both", (Graph(Map("m", jsonata("$x"), Graph(Pass("p")))),))], SuccessPath(2, has_items=True)),
    ],
)  # fmt: skip
def test_the_longest_path_that_succeeds(states: list[AnyState], path: SuccessPath | None):
    assert find_success_path(Graph(*states)) == path


def test_a_long_chain():
    states = [Pass(f"s{number}", next=f"s{number + 1}") for number in range(5_000)]
    assert find_success_path(Graph(*states, Succeed("s5000"))) == SuccessPath(5_001)
