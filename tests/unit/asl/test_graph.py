from __future__ import annotations

import pytest

from sfnorch.asl import Graph, Pass, Wait, chain_states


def test_a_chain_goes_from_each_state_to_the_next_and_then_on():
    chained = chain_states([Pass(name="A"), Wait(name="B", seconds=1), Pass(name="C")], then="D")
    assert [(state.name, state.next) for state in chained] == [("A", "B"), ("B", "C"), ("C", "D")]


def test_a_chain_of_none_is_empty_and_of_one_ends():
    assert chain_states([]) == ()
    assert chain_states([Pass(name="A", next="X")]) == (Pass(name="A"),)


def test_a_graph_starts_at_its_first_state():
    assert Graph(Pass(name="A", next="B"), Pass(name="B")).start == "A"


def test_a_graph_can_not_be_changed():
    with pytest.raises(AttributeError):
        Graph(Pass(name="A")).comment = "other"
