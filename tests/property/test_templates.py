"""What must hold of any template, however odd: it is read, linted and drawn, or refused in words."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.errors import SfnorchError
from sfnorch.graph.dot import render_dot
from sfnorch.graph.mermaid import render_mermaid
from sfnorch.graph.text import build_trees
from sfnorch.linter.run import Linter
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LINTING = Linter()
WHOLE = [
    parse_template(path.read_text(encoding="utf-8"), path.name).data
    for path in (
        ROOT / "templates/dynamic/CFN-template.yaml",
        ROOT / "templates/dynamic/SAM-template.yaml",
        *sorted((ROOT / "tests/golden/rules").glob("*.mended.yaml")),
    )
]
ODD = st.sampled_from(
    [
        *(None, True, 0, -1, 1e9, "", "x", "${x}", "{% $x( %}", "{% $x %}", "arn:aws:x", [], [None], [[]], {}),
        *({"Ref": "Nothing"}, {"Fn::Sub": 1}, {"Fn::If": ["A", 1, 2]}, {"Type": "Map"}),
        {"Fn::Join": ["", ["{", {"Ref": "x"}]]},
    ]
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container and key in the value."""
    found: list[tuple[Any, Any]] = []
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in rows:
        found.append((value, key))
        found += places(item)
    return found


@st.composite
def templates(draw: st.DrawFn) -> str:
    """A good template with some of its values replaced by odd ones, taken out, or moved elsewhere."""
    data = copy.deepcopy(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 4))):
        found = places(data)
        container, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.sampled_from(["replace", "remove", "move"])):
            case "replace":
                container[key] = copy.deepcopy(draw(ODD))
            case "remove":
                del container[key]
            case "move":
                other, where = found[draw(st.integers(0, len(found) - 1))]
                container[key] = copy.deepcopy(other[where])
        if not data:
            break
    return json.dumps(data)


@settings(max_examples=28)
@given(templates())
def test_any_template_is_linted_and_drawn_or_refused(text: str):
    try:
        template = evaluate_template(parse_template(text, "t.json"))
    except SfnorchError:
        return
    for finding in LINTING.lint_template(template):
        assert finding.message
        assert finding.line
    machines = [machine for machine in template.machines if machine.definition]
    assert render_mermaid(machines, template).splitlines().count("flowchart TD") == len(machines)
    assert render_dot(machines, template).startswith("digraph {\n")
    assert len(build_trees(machines, template)) == len(machines)


@settings(max_examples=200)
@given(st.text(st.sampled_from("{}[]\"':,-!&*|>#%@ \n\tabR1."), max_size=30))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(SfnorchError):
        assert parse_template(text, "t.yaml").data is not None
