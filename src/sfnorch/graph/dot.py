"""State machines in Graphviz's language, and as its `dot` draws them.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.graph.nodes import Nodes
from sfnorch.graph.words import does, in_order, scope_title
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


def dot(machines: Sequence[StateMachine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """The graph: the tasks; a cluster a machine, a branch and a Map's items; catches dashed, children linked."""
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
    """The tasks, and an arrow to each from what it needs."""
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
    """The picture that Graphviz makes of the graph. Raises SfnorchError where it isn't installed, or fails."""
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
    """One graph."""

    def machine(self, machine: StateMachine) -> Iterator[str]:
        name = self.number_machine(machine)
        yield f"  subgraph cluster_{name} {{"
        yield f"    label={_quoted(self.template.title(machine))}"
        yield f"    {name} [shape=point, width=0.15]"
        if machine.states:
            yield from self.scope(machine.states, 2, name)
        yield "  }"

    def scope(self, scope: Scope, depth: int, begin: str) -> Iterator[str]:
        margin = "  " * depth
        states = in_order(scope)
        for state in states:
            yield from self.state(state, depth)
        if first := scope.states.get(scope.start_at):
            yield f"{margin}{begin} -> {self.ids[first]}"
        for source, target, caught, label in self.edges(scope, states):
            style = ["style=dashed"] if caught else []
            style += [f"label={_quoted(label)}"] if label else []
            shown = f" [{', '.join(style)}]" if style else ""
            yield f"{margin}{source} -> {target}{shown}"

    def state(self, state: State, depth: int) -> Iterator[str]:
        margin, node = "  " * depth, self.number(state)
        shape = f", shape={_SHAPES[state.kind]}" if state.kind in _SHAPES else ""
        label = _quoted(" ".join(state.name.split()), does(state))
        yield f"{margin}{node} [label={label}{shape}]"
        for index, inner in enumerate(state.scopes):
            yield f"{margin}subgraph cluster_{node}_{index + 1} {{"
            yield f"{margin}  label={_quoted(f'{state.name}: {scope_title(inner)}')}"
            yield from self.scope(inner, depth + 1, node)
            yield f"{margin}}}"

    def linked(self) -> Iterator[str]:
        for state, node, missing in self.links():
            if missing:
                yield f"  {node} [label={_quoted(self.template.title(missing))}, shape=box3d]"
            yield f"  {state} -> {node} [style=bold]"


def _quoted(*lines: str) -> str:
    """The lines as one text of DOT's, whose escapes of quotes and line ends are JSON's."""
    return json.dumps("\n".join(line for line in lines if line), ensure_ascii=False)
