"""The picture of a state machine in the documentation: a committed template, drawn by Graphviz.

Fonts and Graphviz's version decide where things stand. So the picture that is committed stays as long as it was drawn
from the graph of today, whose digest it bears; another machine draws it anew only where the graph has changed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sfnorch.graph.dot import render_dot
from sfnorch.graph.svg import build_description, build_title, render_svg
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

_ROOT = Path(__file__).parents[2]
TEMPLATE = _ROOT / "templates" / "dynamic" / "SAM-template.yaml"
PICTURE = _ROOT / "docs" / "images" / "graph.svg"


def graph_picture() -> str:
    """Return the committed picture where it shows the graph of today, or else a new one."""
    template = evaluate_template(parse_template(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE.name))
    machines = template.machines
    parts = (render_dot(machines, template), build_title(machines, template), build_description(machines, template))
    mark = f"<!-- graph: {hashlib.sha256(''.join(parts).encode()).hexdigest()} -->\n"
    committed = PICTURE.read_text(encoding="utf-8") if PICTURE.exists() else ""
    return committed if committed.endswith(mark) else render_svg(*parts) + mark
