"""State machines as Mermaid flowcharts, which GitHub, GitLab and many editors show as pictures.

Each flowchart is complete: a picture of one state machine, or of the tasks of a plan.
https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfnorch.graph.colors import COLORS, TEXT, find_color_name
from sfnorch.graph.nodes import Edge, NumberedNodes
from sfnorch.graph.words import build_retry_label, build_scope_title, describe_action, describe_state, sort_states
from sfnorch.printable import make_printable
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState, StateScope, TransitionKind
from sfnorch.template.tasks import PlannedTask

_SHAPES = {
    "Choice": ("{", "}"),
    "Succeed": ("([", "])"),
    "Fail": ("([", "])"),
    "Pass": ("(", ")"),
    "Wait": ("[/", "/]"),
}
_ENTITIES = {character: f"#{ord(character)};" for character in '"#;`<>{}[]|\\&%'}
_MEANS_MORE = re.compile(r"\$(?=\$)|(?<=\$)\$|(?<=\bfa[bklrs]):|(?<=\bfa):")
"""Marks of formulas ($$) and of pictures (fa:fa-car)."""


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#!|~$&])")
_BOXES = ("parallel", "map")


def render_mermaid(machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """Return the flowcharts: one of the tasks, and one of each state machine. Several have a comment with their title.

    Catches and retries are dotted. A thick line leads from a state to the state machine that it starts.
    """
    charts = _list_charts(machines, template, tasks)
    if len(charts) == 1:
        return charts[0][1]
    return "\n".join(f"%% {_escape(title)}\n{chart}" for title, chart in charts)


def render_markdown(machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """Return the flowcharts as a page of Markdown: each in a separate block, under a heading."""
    return "\n".join(
        f"## {_MARKDOWN.sub(_BACKSLASHED, ' '.join(make_printable(title).split()))}\n\n```mermaid\n{chart}```\n"
        for title, chart in _list_charts(machines, template, tasks)
    )


_BACKSLASHED = r"\\\1"


def _list_charts(
    machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask]
) -> list[tuple[str, str]]:
    """Yield each flowchart with its title."""
    charts = [("Tasks", ["flowchart LR", *_draw_tasks(tasks)])] if tasks else []
    for machine in machines:
        drawing = _MermaidDrawing(template)
        lines = ["flowchart TD", *drawing.draw_machine(machine), *drawing.draw_links(), *drawing.list_color_classes()]
        charts.append((f"State machine {template.build_title(machine)}", lines))
    return [(title, "\n".join(lines) + "\n") for title, lines in charts]


class _MermaidDrawing(NumberedNodes):
    """One flowchart."""

    def __init__(self, template: Template) -> None:
        super().__init__(template)
        self.boxes: dict[str, list[str]] = {}

    def draw_machine(self, machine: Machine) -> Iterator[str]:
        box = self.add_machine(machine)
        yield f"  subgraph {box} [{_quote_label(self.template.build_title(machine))}]"
        if machine.states:
            yield f"    {box}start(( ))"
            yield from self.draw_scope(machine.states, 2, f"{box}start")
        yield "  end"

    def draw_scope(self, scope: StateScope, depth: int, begin: str = "") -> Iterator[str]:
        margin = "  " * depth
        states = sort_states(scope)
        for state in states:
            yield from self.draw_state(state, depth)
        if begin and (first := scope.states.get(scope.start_at)):
            yield f"{margin}{begin} --> {self.ids[first]}"
        for edge in self.list_edges(scope, states):
            yield margin + _draw_line(edge)

    def draw_state(self, state: LocatedState, depth: int) -> Iterator[str]:
        margin, node, color = "  " * depth, self.add_state(state), find_color_name(state)
        if not state.scopes:
            opening, closing = _SHAPES.get(state.kind, ("[", "]"))
            more = describe_action(state)
            title = _escape(state.name) + (f"<br/>{_escape(more)}" if more else "")
            yield f'{margin}{node}{opening}"{title}"{closing}:::{color}'
            self.boxes.setdefault(color, [])
            return
        retries = f", {retries}" if (retries := build_retry_label(state)) else ""
        yield f"{margin}subgraph {node} [{_quote_label(f'{state.name} ({describe_state(state)}{retries})')}]"
        self.boxes.setdefault(color, []).append(node)
        for index, inner in enumerate(state.scopes):
            branch = f"{node}b{index + 1}"
            yield f"{margin}  subgraph {branch} [{_quote_label(build_scope_title(inner))}]"
            self.boxes.setdefault("branch", []).append(branch)
            yield from self.draw_scope(inner, depth + 2)
            yield f"{margin}  end"
        yield f"{margin}end"

    def draw_links(self) -> Iterator[str]:
        for link in self.list_links():
            if link.missing:
                yield f"  {link.target}[[{_quote_label(self.template.build_title(link.missing))}]]:::execution"
                self.boxes.setdefault("execution", [])
            yield f"  {link.source} ==> {link.target}{'start' if link.is_own else ''}"

    def list_color_classes(self) -> Iterator[str]:
        """Yield the colors that the flowchart uses, and the nodes that have them. A box has a border only.

        A page's theme chooses the color of a box's title, which a fill could make illegible.
        """
        for name in (*COLORS, "branch"):
            if name not in self.boxes:
                continue
            if name == "branch":
                yield "  classDef branch fill:none,stroke-dasharray:4"
            elif name in _BOXES:
                yield f"  classDef {name} fill:none,stroke:{COLORS[name].border}"
            else:
                yield f"  classDef {name} fill:{COLORS[name].fill},stroke:{COLORS[name].border},color:{TEXT}"
            if nodes := self.boxes[name]:
                yield f"  class {','.join(nodes)} {name}"


def _draw_line(edge: Edge) -> str:
    shown = f"|{_quote_label(edge.label)}|" if edge.label else ""
    return f"{edge.source} {'-.->' if edge.way in (TransitionKind.CATCH, None) else '-->'}{shown} {edge.target}"


def _draw_tasks(tasks: Sequence[PlannedTask]) -> Iterator[str]:
    """Yield the tasks, and an arrow to each from what it needs."""
    if not tasks:
        return
    ids = {task.name: f"t{number}" for number, task in enumerate(tasks, 1)}
    yield "  subgraph tasks [tasks]"
    for task in tasks:
        shown = [task.name] if task.runs == task.name else [task.name, task.runs]
        yield f'    {ids[task.name]}["{"<br/>".join(map(_escape, shown))}"]'
    for task in tasks:
        for need in task.needs:
            yield f"    {ids[need]} --> {ids[task.name]}"
    yield "  end"


def _quote_label(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    """Return the text in one line with Mermaid's syntax as entities: no directive, comment, tag or formula."""
    line = " ".join(make_printable(text).split())
    marks = {match.start() for match in _MEANS_MORE.finditer(line)}
    return "".join(
        f"#{ord(character)};" if at in marks else _ENTITIES.get(character, character)
        for at, character in enumerate(line)
    )
