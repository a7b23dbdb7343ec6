"""State machines in Graphviz's language.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfnorch.graph.colors import CATCH, COLORS, FAINT, MISSED, REACHED, RETRY, START, TEXT, Colors, find_color_name
from sfnorch.graph.missed import NOT_REACHED, Missed, is_missed
from sfnorch.graph.nodes import Edge, NumberedNodes
from sfnorch.graph.words import build_retry_label, build_scope_title, describe_action, describe_state, sort_states
from sfnorch.printable import make_printable
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState, StateScope, TransitionKind
from sfnorch.template.tasks import PlannedTask

_SHAPES = {
    "Choice": "diamond",
    "Fail": "octagon",
    "Pass": "ellipse",
    "Succeed": "doubleoctagon",
    "Wait": "parallelogram",
}

_FONT = f'fontname="sans-serif", fontcolor="{TEXT}"'
_BOX = f'style=rounded; color="{FAINT}"'
_BRANCH = f'style="rounded,dashed,filled"; color="{FAINT}"; fillcolor=white'
_POINT = f'shape=point, fillcolor="{FAINT}", color="{FAINT}"'
_EDGES = {
    TransitionKind.CATCH: ("style=dashed", f'color="{CATCH}"', f'fontcolor="{CATCH}"'),
    None: ("style=dotted", f'color="{RETRY}"', f'fontcolor="{RETRY}"'),
}
"""The style of an edge that is taken after an error; None is a retry."""

_ENTITY = re.compile(r"&(?=#?\w+;)")
"""The start of an HTML entity, which Graphviz reads in any label."""


def render_dot(
    machines: Sequence[Machine],
    template: Template,
    tasks: Sequence[PlannedTask] = (),
    missed: Missed | None = None,
) -> str:
    """Return the graph: the tasks, and a cluster for each state machine, Parallel and Map state, and branch.

    Catches are dashed and retries dotted. A bold edge leads from a state to the state machine that it starts. With
    `missed`, the graph shows coverage instead of the types of states: what was not reached has a thin, red, dashed
    line, and states say it in their label too.
    """
    drawing = _DotDrawing(template, missed)
    lines = [
        "digraph {",
        f'  graph [compound=true, bgcolor=white, fontname="sans-serif", fontcolor="{TEXT}", labeljust=l]',
        f'  node [shape=box, style="rounded,filled", {_format_colors("task")}, {_FONT}, fontsize=11]',
        f'  edge [color="{FAINT}", {_FONT}, fontsize=9]',
    ]
    lines += _draw_tasks(tasks)
    lines += _draw_legend() if missed is not None else ()
    for machine in machines:
        lines += drawing.draw_machine(machine)
    lines += [*drawing.draw_links(), "}"]
    return "\n".join(lines) + "\n"


def _draw_tasks(tasks: Sequence[PlannedTask]) -> Iterator[str]:
    """Yield the tasks, with an arrow to each task from those that it needs."""
    if not tasks:
        return
    ids = {task.name: f"t{number}" for number, task in enumerate(tasks, 1)}
    yield "  subgraph cluster_tasks {"
    yield f"    label=tasks; {_BOX}"
    for task in tasks:
        yield f"    {ids[task.name]} [label={_quote_label(task.name, '' if task.runs == task.name else task.runs)}]"
    for task in tasks:
        for need in task.needs:
            yield f"    {ids[need]} -> {ids[task.name]}"
    yield "  }"


def _draw_legend() -> Iterator[str]:
    """Yield a cluster with a reached and a missed transition, from a reached state to a missed one."""
    yield "  subgraph cluster_legend {"
    yield f"    label=coverage; {_BOX}"
    for node, label, colors, style in (
        ("l1", "reached", REACHED, "rounded,filled"),
        ("l2", "reached", REACHED, "rounded,filled"),
        ("l3", NOT_REACHED, MISSED, "rounded,filled,dashed"),
    ):
        yield f'    {node} [label="{label}", style="{style}", {_format_fill(colors)}]'
    yield f'    l1 -> l2 [{", ".join(_look_of_edge(is_missed=False))}, label=" reached "]'
    yield f'    l2 -> l3 [{", ".join(_look_of_edge(is_missed=True))}, label=" {NOT_REACHED} "]'
    yield "  }"


class _DotDrawing(NumberedNodes):
    """One graph.

    A state with branches is a cluster with two points. Arrows to the state end at the first, `s1`, above its branches.
    Arrows from it start at the last, `s1_end`, below them. Both are clipped at the cluster's border (lhead and ltail).
    Invisible arrows keep the branches between the points.
    """

    def __init__(self, template: Template, missed: Missed | None = None) -> None:
        super().__init__(template, missed)
        self.ends: dict[str, str] = {}

    def draw_machine(self, machine: Machine) -> Iterator[str]:
        name = self.add_machine(machine)
        yield f"  subgraph cluster_{name} {{"
        yield f"    label={_quote_label(self.template.build_title(machine))}; {_BOX}"
        yield f"    {name} [{_POINT}, width=0.15]"
        if machine.states:
            yield from self.draw_scope(machine.states, 2)
            yield from self.draw_beginning(machine.states, 2, name)
        yield "  }"

    def draw_scope(self, scope: StateScope, depth: int) -> Iterator[str]:
        margin = "  " * depth
        states = sort_states(scope)
        for state in states:
            yield from self.draw_state(state, depth)
        for edge in self.list_edges(scope, states):
            yield margin + self.draw_arrow(
                self.ends.get(edge.source, edge.source),
                edge.target,
                *_list_edge_attributes(edge, shows_coverage=self.missed is not None),
            )

    def draw_beginning(self, scope: StateScope, depth: int, begin: str) -> Iterator[str]:
        """Yield the arrow to the scope's first state."""
        if first := scope.states.get(scope.start_at):
            yield "  " * depth + self.draw_arrow(begin, self.ids[first])

    def draw_state(self, state: LocatedState, depth: int) -> Iterator[str]:
        margin, node = "  " * depth, self.add_state(state)
        title = " ".join(make_printable(state.name).split())
        note = NOT_REACHED if self.missed is not None and is_missed(self.missed, state) else ""
        dashed = ",dashed" if note else ""
        if not state.scopes:
            shape = f", shape={_SHAPES[state.kind]}" if state.kind in _SHAPES else ""
            style = f', style="filled{dashed}"' if shape and dashed else ", style=filled" if shape else ""
            style = style or (f', style="rounded,filled{dashed}"' if dashed else "")
            label = _quote_label(title, describe_action(state), note)
            yield f"{margin}{node} [label={label}{shape}{style}{self.format_state_colors(state)}]"
            return
        retries = f", {retries}" if (retries := build_retry_label(state)) else ""
        colors = self.find_colors(state)
        box = f'style="rounded,filled{dashed}"; color="{colors.border}"; fillcolor="{colors.fill}"'
        end = self.ends[node] = f"{node}_end"
        shown = f"{title} ({describe_state(state)}{retries}{f', {note}' if note else ''})"
        yield f"{margin}subgraph cluster_{node} {{"
        yield f"{margin}  label={_quote_label(shown)}; {box}"
        yield f"{margin}  {node} [{_POINT}, width=0.1]"
        for index, inner in enumerate(state.scopes):
            yield f"{margin}  subgraph cluster_{node}_{index + 1} {{"
            yield f"{margin}    label={_quote_label(build_scope_title(inner))}; {_BRANCH}"
            yield from self.draw_scope(inner, depth + 2)
            yield f"{margin}  }}"
        yield f"{margin}  {end} [shape=point, style=invis, width=0]"
        for inner in state.scopes:
            yield from self.draw_beginning(inner, depth + 1, node)
            for last in self.find_last_nodes(inner):
                yield f"{margin}  {self.ends.get(last, last)} -> {end} [style=invis]"
        yield f"{margin}}}"

    def find_colors(self, state: LocatedState) -> Colors:
        """Return the colors of the state: of its type, or of its coverage."""
        if self.missed is None:
            return COLORS[find_color_name(state)]
        return MISSED if is_missed(self.missed, state) else REACHED

    def format_state_colors(self, state: LocatedState) -> str:
        """Return the attributes of the state's colors; empty if it has those of all nodes."""
        colors = self.find_colors(state)
        return f", {_format_fill(colors)}" if colors != COLORS["task"] else ""

    def find_last_nodes(self, scope: StateScope) -> Iterator[str]:
        """Yield the scope's nodes without a transition, or all of them if each has one."""
        nodes = {state: self.ids[state] for state in scope.states.values()}
        ends = [
            node for state, node in nodes.items() if not any(way.target in scope.states for way in state.transitions)
        ]
        yield from ends or nodes.values()

    def draw_arrow(self, source: str, target: str, *attributes: str) -> str:
        """Return an arrow, clipped at the border of the clusters at its ends, unless both are the same."""
        of = next((node for node, end in self.ends.items() if end == source), "")
        cut = [f"ltail=cluster_{of}"] if of not in ("", target) else []
        cut += [f"lhead=cluster_{target}"] if target in self.ends and of != target else []
        shown = ", ".join((*attributes, *cut))
        return f"{source} -> {target}" + (f" [{shown}]" if shown else "")

    def draw_links(self) -> Iterator[str]:
        for link in self.list_links():
            if link.missing:
                title = _quote_label(self.template.build_title(link.missing))
                yield f"  {link.target} [label={title}, shape=box3d, style=filled, {_format_colors('execution')}]"
            border = "" if link.missing or link.is_own else f", lhead=cluster_{link.target}"
            yield f'  {link.source} -> {link.target} [style=bold, color="{START}"{border}]'


def _look_of_edge(*, is_missed: bool) -> tuple[str, ...]:
    """Return the style of an edge in a picture of coverage: thick if it was reached."""
    color = (MISSED if is_missed else REACHED).border
    return f"penwidth={1 if is_missed else 2.5}", f'color="{color}"', f'fontcolor="{color}"'


def _list_edge_attributes(edge: Edge, *, shows_coverage: bool = False) -> list[str]:
    """Return the attributes of the edge's style and label. Spaces separate the label from the line."""
    look = _EDGES.get(edge.way, ())
    if shows_coverage:
        look = (*look[:1], *_look_of_edge(is_missed=edge.is_missed))
    return [*look, f"label={_quote_label(f' {edge.label} ')}"] if edge.label else [*look]


def _format_colors(name: str) -> str:
    return _format_fill(COLORS[name])


def _format_fill(colors: Colors) -> str:
    return f'fillcolor="{colors.fill}", color="{colors.border}"'


def _quote_label(*lines: str) -> str:
    """Return the lines as a quoted text of DOT, without escapes of labels, entities and invisible characters.

    https://graphviz.org/docs/attr-types/escString/
    """
    text = make_printable("\n".join(line for line in lines if line)).replace("\t", " ")
    text = _ENTITY.sub("&amp;", text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
