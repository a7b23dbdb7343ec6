"""State machines in Graphviz's language, and as its `dot` draws them.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sfnorch.errors import SfnorchError
from sfnorch.graph.words import does, in_order, scope_title, started, ways
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import Scope, State, Way

_SHAPES = {
    "Choice": "diamond",
    "Fail": "octagon",
    "Map": "folder",
    "Parallel": "folder",
    "Pass": "ellipse",
    "Succeed": "doubleoctagon",
    "Wait": "parallelogram",
}


def dot(machines: Sequence[StateMachine], template: Template) -> str:
    """The graph: a cluster a machine, a branch and a Map's items; catches dashed, children linked."""
    drawing = _Drawing(template)
    lines = [
        "digraph {",
        '  graph [compound=true, fontname="sans-serif", labeljust=l]',
        '  node [shape=box, fontname="sans-serif", fontsize=11]',
        '  edge [fontname="sans-serif", fontsize=9]',
    ]
    for machine in machines:
        lines += drawing.machine(machine)
    lines += [*drawing.links(), "}"]
    return "\n".join(lines) + "\n"


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


@dataclass(slots=True)
class _Drawing:
    """One graph, its states numbered."""

    template: Template
    ids: dict[State, str] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)
    starts: list[tuple[State, StateMachine]] = field(default_factory=list)

    def machine(self, machine: StateMachine) -> Iterator[str]:
        name = self.drawn[machine.logical_id] = f"m{len(self.drawn) + 1}"
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
            self.ids[state] = f"s{len(self.ids) + 1}"
            yield from self.state(state, depth)
        if first := scope.states.get(scope.start_at):
            yield f"{margin}{begin} -> {self.ids[first]}"
        for state in states:
            for transition, label in ways(state):
                target = scope.states.get(transition.target)
                if target is not None:
                    style = ["style=dashed"] if transition.way is Way.CATCH else []
                    style += [f"label={_quoted(label)}"] if label else []
                    shown = f" [{', '.join(style)}]" if style else ""
                    yield f"{margin}{self.ids[state]} -> {self.ids[target]}{shown}"

    def state(self, state: State, depth: int) -> Iterator[str]:
        margin, node = "  " * depth, self.ids[state]
        child = started(state, self.template)
        if child:
            self.starts.append((state, child))
        shape = f", shape={_SHAPES[state.kind]}" if state.kind in _SHAPES else ""
        label = _quoted(" ".join(state.name.split()), does(state))
        yield f"{margin}{node} [label={label}{shape}]"
        for index, inner in enumerate(state.scopes):
            yield f"{margin}subgraph cluster_{node}_{index + 1} {{"
            yield f"{margin}  label={_quoted(f'{state.name}: {scope_title(inner)}')}"
            yield from self.scope(inner, depth + 1, node)
            yield f"{margin}}}"

    def links(self) -> Iterator[str]:
        for state, machine in self.starts:
            if machine.logical_id not in self.drawn:
                name = self.drawn[machine.logical_id] = f"m{len(self.drawn) + 1}"
                yield f"  {name} [label={_quoted(self.template.title(machine))}, shape=box3d]"
            yield f"  {self.ids[state]} -> {self.drawn[machine.logical_id]} [style=bold]"


def _quoted(*lines: str) -> str:
    """The lines as one text of DOT's, whose escapes of quotes and line ends are JSON's."""
    return json.dumps("\n".join(line for line in lines if line), ensure_ascii=False)
