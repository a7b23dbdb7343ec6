"""State machines as a Mermaid flowchart, which GitHub, GitLab and many editors show as a picture.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfnorch.graph.nodes import Nodes
from sfnorch.graph.words import does, in_order, kind_and_doing, scope_title
from sfnorch.printable import printable
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import Scope, State
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


def mermaid(machines: Sequence[StateMachine], template: Template, tasks: Sequence[PlannedTask] = ()) -> str:
    """Return the flowchart: the tasks, then a box a machine, catches dashed, children linked to what starts them."""
    drawing = _Drawing(template)
    lines = ["flowchart LR"] if tasks and not machines else ["flowchart TD"]
    lines += _tasks(tasks)
    for machine in machines:
        lines += drawing.machine(machine)
    lines += drawing.linked()
    return "\n".join(lines) + "\n"


class _Drawing(Nodes):
    """One flowchart."""

    def machine(self, machine: StateMachine) -> Iterator[str]:
        box = self.number_machine(machine)
        yield f"  subgraph {box} [{_quoted(self.template.title(machine))}]"
        if machine.states:
            yield f"    {box}start(( ))"
            yield from self.scope(machine.states, 2, f"{box}start")
        yield "  end"

    def scope(self, scope: Scope, depth: int, begin: str = "") -> Iterator[str]:
        margin = "  " * depth
        states = in_order(scope)
        for state in states:
            yield from self.state(state, depth)
        if begin and (first := scope.states.get(scope.start_at)):
            yield f"{margin}{begin} --> {self.ids[first]}"
        for source, target, caught, label in self.edges(scope, states):
            shown = f"|{_quoted(label)}|" if label else ""
            yield f"{margin}{source} {'-.->' if caught else '-->'}{shown} {target}"

    def state(self, state: State, depth: int) -> Iterator[str]:
        margin, node = "  " * depth, self.number(state)
        if not state.scopes:
            opening, closing = _SHAPES.get(state.kind, ("[", "]"))
            more = does(state)
            title = _escaped(state.name) + (f"<br/>{_escaped(more)}" if more else "")
            yield f'{margin}{node}{opening}"{title}"{closing}'
            return
        title = f"{state.name} ({kind_and_doing(state)})"
        yield f"{margin}subgraph {node} [{_quoted(title)}]"
        for index, inner in enumerate(state.scopes):
            yield f"{margin}  subgraph {node}b{index + 1} [{_quoted(scope_title(inner))}]"
            yield from self.scope(inner, depth + 2)
            yield f"{margin}  end"
        yield f"{margin}end"

    def linked(self) -> Iterator[str]:
        for state, node, missing in self.links():
            if missing:
                yield f"  {node}[[{_quoted(self.template.title(missing))}]]"
            yield f"  {state} ==> {node}"


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
    """Return the text in one line, with the marks of Mermaid's own as entities: no directive, comment, tag or formula."""
    line = " ".join(printable(text).split())
    marks = {match.start() for match in _MEANS_MORE.finditer(line)}
    return "".join(
        f"#{ord(character)};" if at in marks else _ENTITIES.get(character, character)
        for at, character in enumerate(line)
    )
