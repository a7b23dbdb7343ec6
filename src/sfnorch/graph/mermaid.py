"""State machines as Mermaid flowcharts, which GitHub, GitLab and many editors show as pictures.

Each flowchart is complete: a picture of one state machine, or of the tasks of a plan.
https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfnorch.graph.colors import COLORS, TEXT, color_name
from sfnorch.graph.nodes import Edge, Nodes
from sfnorch.graph.words import does, in_order, kind_and_doing, retry_label, scope_title
from sfnorch.printable import printable
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState, StateScope, Way
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


def mermaid(machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """Return the flowcharts: one of the tasks, and one of each state machine. Several have a comment with their title.

    Catches and retries are dotted. A thick line leads from a state to the state machine that it starts.
    """
    charts = _charts(machines, template, tasks)
    if len(charts) == 1:
        return charts[0][1]
    return "\n".join(f"%% {_escaped(title)}\n{chart}" for title, chart in charts)


def markdown(machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """Return the flowcharts as a page of Markdown: each in a separate block, under a heading."""
    return "\n".join(
        f"## {_MARKDOWN.sub(_BACKSLASHED, ' '.join(printable(title).split()))}\n\n```mermaid\n{chart}```\n"
        for title, chart in _charts(machines, template, tasks)
    )


_BACKSLASHED = r"\\\1"


def _charts(machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask]) -> list[tuple[str, str]]:
    """Yield each flowchart with its title."""
    charts = [("Tasks", ["flowchart LR", *_tasks(tasks)])] if tasks else []
    for machine in machines:
        drawing = _MermaidDrawing(template)
        lines = ["flowchart TD", *drawing.machine(machine), *drawing.linked(), *drawing.colors()]
        charts.append((f"State machine {template.title(machine)}", lines))
    return [(title, "\n".join(lines) + "\n") for title, lines in charts]


class _MermaidDrawing(Nodes):
    """One flowchart."""

    def __init__(self, template: Template) -> None:
        super().__init__(template)
        self.boxes: dict[str, list[str]] = {}

    def machine(self, machine: Machine) -> Iterator[str]:
        box = self.number_machine(machine)
        yield f"  subgraph {box} [{_quoted(self.template.title(machine))}]"
        if machine.states:
            yield f"    {box}start(( ))"
            yield from self.scope(machine.states, 2, f"{box}start")
        yield "  end"

    def scope(self, scope: StateScope, depth: int, begin: str = "") -> Iterator[str]:
        margin = "  " * depth
        states = in_order(scope)
        for state in states:
            yield from self.state(state, depth)
        if begin and (first := scope.states.get(scope.start_at)):
            yield f"{margin}{begin} --> {self.ids[first]}"
        for edge in self.edges(scope, states):
            yield margin + _line(edge)

    def state(self, state: LocatedState, depth: int) -> Iterator[str]:
        margin, node, color = "  " * depth, self.number(state), color_name(state)
        if not state.scopes:
            opening, closing = _SHAPES.get(state.kind, ("[", "]"))
            more = does(state)
            title = _escaped(state.name) + (f"<br/>{_escaped(more)}" if more else "")
            yield f'{margin}{node}{opening}"{title}"{closing}:::{color}'
            self.boxes.setdefault(color, [])
            return
        retries = f", {retries}" if (retries := retry_label(state)) else ""
        yield f"{margin}subgraph {node} [{_quoted(f'{state.name} ({kind_and_doing(state)}{retries})')}]"
        self.boxes.setdefault(color, []).append(node)
        for index, inner in enumerate(state.scopes):
            branch = f"{node}b{index + 1}"
            yield f"{margin}  subgraph {branch} [{_quoted(scope_title(inner))}]"
            self.boxes.setdefault("branch", []).append(branch)
            yield from self.scope(inner, depth + 2)
            yield f"{margin}  end"
        yield f"{margin}end"

    def linked(self) -> Iterator[str]:
        for link in self.links():
            if link.missing:
                yield f"  {link.target}[[{_quoted(self.template.title(link.missing))}]]:::execution"
                self.boxes.setdefault("execution", [])
            yield f"  {link.source} ==> {link.target}{'start' if link.is_own else ''}"

    def colors(self) -> Iterator[str]:
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


def _line(edge: Edge) -> str:
    shown = f"|{_quoted(edge.label)}|" if edge.label else ""
    return f"{edge.source} {'-.->' if edge.way in (Way.CATCH, None) else '-->'}{shown} {edge.target}"


def _tasks(tasks: Sequence[PlannedTask]) -> Iterator[str]:
    """Yield the tasks, and an arrow to each from what it needs."""
    if not tasks:
        return
    ids = {task.name: f"t{number}" for number, task in enumerate(tasks, 1)}
    yield "  subgraph tasks [tasks]"
    for task in tasks:
        shown = [task.name] if task.runs == task.name else [task.name, task.runs]
        yield f'    {ids[task.name]}["{"<br/>".join(map(_escaped, shown))}"]'
    for task in tasks:
        for need in task.needs:
            yield f"    {ids[need]} --> {ids[task.name]}"
    yield "  end"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return the text in one line with Mermaid's syntax as entities: no directive, comment, tag or formula."""
    line = " ".join(printable(text).split())
    marks = {match.start() for match in _MEANS_MORE.finditer(line)}
    return "".join(
        f"#{ord(character)};" if at in marks else _ENTITIES.get(character, character)
        for at, character in enumerate(line)
    )
