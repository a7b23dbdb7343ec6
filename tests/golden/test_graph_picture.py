"""The picture of a state machine in the documentation shows the template that it was drawn from."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from sfnorch.graph.words import describe_action
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from tests.golden.graph_picture import PICTURE, TEMPLATE


def test_the_picture_shows_each_state_and_what_it_does():
    template = evaluate_template(parse_template(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE.name))
    picture = ET.fromstring(PICTURE.read_text(encoding="utf-8"))  # noqa: S314 - made here
    texts = [" ".join((element.text or "").split()) for element in picture.iter() if element.tag.endswith("}text")]
    states = [state for machine in template.machines for state in machine.list_states()]
    boxes = {state.name: f"{state.name} (Map, {describe_action(state)})" for state in states if state.scopes}
    shown = [boxes.get(state.name, state.name) for state in states]
    shown += [describe_action(state) for state in states if describe_action(state) and not state.scopes]
    assert [words for words in shown if words not in texts] == []
    assert [element.tag.rpartition("}")[2] for element in list(picture)[:2]] == ["title", "desc"]
