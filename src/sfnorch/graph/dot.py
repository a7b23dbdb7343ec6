"""State machines in Graphviz's language, and as its `dot` draws them.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.graph.nodes import Nodes
from sfnorch.graph.words import does, in_order, kind_and_doing, scope_title
from sfnorch.printable import printable
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import Scope, State
from sfnorch.template.tasks import PlannedTask

_SHAPES = {
    "Choice": "diamond",
    "Fail": "octagon",
    "Map": "folder",
    "Parallel": "folder",
    "Pass": "ellipse",
    "Succeed": "doubleoctagon",
    "Wait": "parallelogram",
}

_ENTITY = re.compile(r"&(?=#?\w+;)")
"""What begins an entity of HTML's, which Graphviz reads in any label."""


def dot(machines: Sequence[StateMachine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """Return the graph: the tasks; a cluster a machine, with clusters for its Parallel and Map states and for their branches.

    Catches are dashed, children linked to what starts them.
    """
    drawing = _Drawing(template)
    lines = [
        "digraph {",
        '  graph [compound=true, fontname="sans-serif", labeljust=l]',
        '  node [shape=box, fontname="sans-serif", fontsize=11]',
        '  edge [fontname="sans-serif", fontsize=9]',
    ]
    lines += _tasks(tasks)
    for machine in machines:
        lines += drawing.machine(machine)
    lines += [*drawing.linked(), "}"]
    return "\n".join(lines) + "\n"


def _tasks(tasks: Sequence[PlannedTask]) -> Iterator[str]:
    """Yield the tasks, and an arrow to each from what it needs."""
    if not tasks:
        return
    ids = {task.name: f"t{number}" for number, task in enumerate(tasks, 1)}
    yield "  subgraph cluster_tasks {"
    yield "    label=tasks"
    for task in tasks:
        yield f"    {ids[task.name]} [label={_quoted(task.name, '' if task.runs == task.name else task.runs)}]"
    for task in tasks:
        for need in task.needs:
            yield f"    {ids[need]} -> {ids[task.name]}"
    yield "  }"


def svg(graph: str) -> str:
    """Return the picture that Graphviz makes of the graph. Raises SfnorchError where it isn't installed, or fails."""
    program = shutil.which("dot")
    if program is None:
        raise SfnorchError(
            "Graphviz is not installed: there is no program dot",
            hint="install it (https://graphviz.org/download), or take --format mermaid, which needs nothing",
        )
    done = subprocess.run(
        [program, "-Tsvg"], input=graph, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SfnorchError(f"Graphviz's dot failed: {done.stderr.strip() or done.returncode}")
    return done.stdout


class _Drawing(Nodes):
    """One graph.

    A state with branches is a cluster with two points: arrows to the state end at the first, `s1`, which stands over
    its branches, and arrows from it begin at the last, `s1_end`, which stands under them; both are cut off at the
    cluster's border (lhead and ltail). Between them invisible arrows keep the branches.
    """

    def __init__(self, template: Template) -> None:
        super().__init__(template)
        self.ends: dict[str, str] = {}

    def machine(self, machine: StateMachine) -> Iterator[str]:
        name = self.number_machine(machine)
        yield f"  subgraph cluster_{name} {{"
        yield f"    label={_quoted(self.template.title(machine))}"
        yield f"    {name} [shape=point, width=0.15]"
        if machine.states:
            yield from self.scope(machine.states, 2)
            yield from self.beginning(machine.states, 2, name)
        yield "  }"

    def scope(self, scope: Scope, depth: int) -> Iterator[str]:
        margin = "  " * depth
        states = in_order(scope)
        for state in states:
            yield from self.state(state, depth)
        for source, target, caught, label in self.edges(scope, states):
            style = ["style=dashed"] if caught else []
            style += [f"label={_quoted(label)}"] if label else []
            yield margin + self.arrow(self.ends.get(source, source), target, *style)

    def beginning(self, scope: Scope, depth: int, begin: str) -> Iterator[str]:
        """Yield the arrow to the scope's first state. In a cluster of its own it would draw the beginning into that one."""
        if first := scope.states.get(scope.start_at):
            yield "  " * depth + self.arrow(begin, self.ids[first])

    def state(self, state: State, depth: int) -> Iterator[str]:
        margin, node = "  " * depth, self.number(state)
        title = " ".join(printable(state.name).split())
        if not state.scopes:
            shape = f", shape={_SHAPES[state.kind]}" if state.kind in _SHAPES else ""
            yield f"{margin}{node} [label={_quoted(title, does(state))}{shape}]"
            return
        end = self.ends[node] = f"{node}_end"
        yield f"{margin}subgraph cluster_{node} {{"
        yield f"{margin}  label={_quoted(f'{title} ({kind_and_doing(state)})')}"
        yield f"{margin}  {node} [shape=point, width=0.1]"
        for index, inner in enumerate(state.scopes):
            yield f"{margin}  subgraph cluster_{node}_{index + 1} {{"
            yield f"{margin}    label={_quoted(scope_title(inner))}"
            yield from self.scope(inner, depth + 2)
            yield f"{margin}  }}"
        yield f"{margin}  {end} [shape=point, style=invis, width=0]"
        for inner in state.scopes:
            yield from self.beginning(inner, depth + 1, node)
            for last in self.last(inner):
                yield f"{margin}  {self.ends.get(last, last)} -> {end} [style=invis]"
        yield f"{margin}}}"

    def last(self, scope: Scope) -> Iterator[str]:
        """Yield the nodes of the scope that lead nowhere; all of them where each leads somewhere."""
        nodes = {state: self.ids[state] for state in scope.states.values()}
        ends = [
            node for state, node in nodes.items() if not any(way.target in scope.states for way in state.transitions)
        ]
        yield from ends or nodes.values()

    def arrow(self, source: str, target: str, *attributes: str) -> str:
        """Return an arrow, cut off at the border of the cluster that it leads from or to."""
        of = next((node for node, end in self.ends.items() if end == source), "")
        cut = [f"ltail=cluster_{of}"] if of else []
        cut += [f"lhead=cluster_{target}"] if target in self.ends else []
        shown = ", ".join((*attributes, *cut))
        return f"{source} -> {target}" + (f" [{shown}]" if shown else "")

    def linked(self) -> Iterator[str]:
        for state, node, missing in self.links():
            if missing:
                yield f"  {node} [label={_quoted(self.template.title(missing))}, shape=box3d]"
            yield f"  {state} -> {node} [style=bold]"


def _quoted(*lines: str) -> str:
    """Return the lines as one text of DOT's: no escape of a label's, no entity, and nothing that is not shown.

    https://graphviz.org/docs/attr-types/escString/
    """
    text = printable("\n".join(line for line in lines if line)).replace("\t", " ")
    text = _ENTITY.sub("&amp;", text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
