"""State machines as Mermaid flowcharts, which GitHub, GitLab and many editors show as pictures.

Each flowchart is complete: a picture of one state machine, or of the tasks of a plan.
https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfnorch.graph.colors import COLORS, MISSED, REACHED, TEXT, find_color_name
from sfnorch.graph.missed import NOT_REACHED, Missed, is_missed
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


def render_mermaid(
    machines: Sequence[Machine],
    template: Template,
    tasks: Sequence[PlannedTask] = (),
    missed: Missed | None = None,
) -> str:
    """Return the flowcharts: one of the tasks, and one of each state machine. Several have a comment with their title.

    Catches and retries are dotted. A thick line leads from a state to the state machine that it starts. With `missed`,
    the flowcharts show coverage instead of the types of states.
    """
    charts = _list_charts(machines, template, tasks, missed)
    if len(charts) == 1:
        return charts[0][1]
    return "\n".join(f"%% {_escape(title)}\n{chart}" for title, chart in charts)


def render_markdown(
    machines: Sequence[Machine],
    template: Template,
    tasks: Sequence[PlannedTask] = (),
    missed: Missed | None = None,
) -> str:
    """Return the flowcharts as a page of Markdown: each in a separate block, under a heading."""
    return "\n".join(
        f"## {_MARKDOWN.sub(_BACKSLASHED, ' '.join(make_printable(title).split()))}\n\n```mermaid\n{chart}```\n"
        for title, chart in _list_charts(machines, template, tasks, missed)
    )


_BACKSLASHED = r"\\\1"


def _list_charts(
    machines: Sequence[Machine], template: Template, tasks: Sequence[PlannedTask], missed: Missed | None
) -> list[tuple[str, str]]:
    """Yield each flowchart with its title."""
    charts = [("Tasks", ["flowchart LR", *_draw_tasks(tasks)])] if tasks else []
    for machine in machines:
        drawing = _MermaidDrawing(template, missed)
        lines = ["flowchart TD", *drawing.draw_machine(machine), *drawing.draw_links(), *drawing.list_color_classes()]
        lines += drawing.draw_coverage()
        charts.append((f"State machine {template.build_title(machine)}", lines))
    return [(title, "\n".join(lines) + "\n") for title, lines in charts]


class _MermaidDrawing(NumberedNodes):
    """One flowchart."""

    def __init__(self, template: Template, missed: Missed | None = None) -> None:
        super().__init__(template, missed)
        self.boxes: dict[str, list[str]] = {}
        self.lines: list[bool | None] = []
        """Whether each line was missed, by its number; None for one that is no transition."""

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
            self.lines.append(None)
            yield f"{margin}{begin} --> {self.ids[first]}"
        for edge in self.list_edges(scope, states):
            self.lines.append(edge.is_missed)
            yield margin + _draw_line(edge)

    def draw_state(self, state: LocatedState, depth: int) -> Iterator[str]:
        margin, node, color = "  " * depth, self.add_state(state), find_color_name(state)
        note = NOT_REACHED if self.missed is not None and is_missed(self.missed, state) else ""
        if self.missed is not None:
            color = "missed" if note else "reached"
        if not state.scopes:
            opening, closing = _SHAPES.get(state.kind, ("[", "]"))
            title = "<br/>".join(_escape(text) for text in (state.name, describe_action(state), note) if text)
            yield f'{margin}{node}{opening}"{title}"{closing}:::{color}'
            self.boxes.setdefault(color, [])
            return
        retries = f", {retries}" if (retries := build_retry_label(state)) else ""
        more = f", {note}" if note else ""
        yield f"{margin}subgraph {node} [{_quote_label(f'{state.name} ({describe_state(state)}{retries}{more})')}]"
        if self.missed is not None:
            color += "Box"
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

    def draw_coverage(self) -> Iterator[str]:
        """Yield the colors of what was reached and of what was not, and a legend; nothing in other pictures."""
        if self.missed is None:
            return
        for name, colors, look in (("reached", REACHED, ""), ("missed", MISSED, ",stroke-dasharray:4")):
            yield f"  classDef {name} fill:{colors.fill},stroke:{colors.border},color:{TEXT}{look}"
            if boxes := self.boxes.get(f"{name}Box"):
                yield f"  classDef {name}Box fill:none,stroke:{colors.border}{look}"
                yield f"  class {','.join(boxes)} {name}Box"
            numbers = [str(number) for number, line in enumerate(self.lines) if line is (name == "missed")]
            if numbers:
                width = 1 if name == "missed" else 3
                yield f"  linkStyle {','.join(numbers)} stroke:{colors.border},stroke-width:{width}px"
        yield "  subgraph legend [coverage]"
        yield '    legend1["reached"]:::reached'
        yield f'    legend2["{NOT_REACHED}"]:::missed'
        yield "  end"


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
