"""State machines as a Mermaid flowchart, which GitHub, GitLab and many editors show as a picture.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sfnorch.graph.words import does, in_order, kind_and_doing, scope_title, started, ways
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import Scope, State, Way

_SHAPES = {
    "Choice": ("{", "}"),
    "Succeed": ("([", "])"),
    "Fail": ("([", "])"),
    "Pass": ("(", ")"),
    "Wait": ("[/", "/]"),
}
_ENTITIES = {character: f"#{ord(character)};" for character in '"#;`<>{}[]|\\'}


def mermaid(machines: Sequence[StateMachine], template: Template) -> str:
    """The flowchart: a box a machine, catches dashed, children linked to the task that starts them."""
    drawing = _Drawing(template)
    lines = ["flowchart TD"]
    for machine in machines:
        lines += drawing.machine(machine)
    lines += drawing.links()
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Drawing:
    """One flowchart, its states numbered."""

    template: Template
    ids: dict[State, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    starts: list[tuple[State, StateMachine]] = field(default_factory=list)

    def machine(self, machine: StateMachine) -> Iterator[str]:
        box = self.boxes[machine.logical_id] = f"m{len(self.boxes) + 1}"
        yield f"  subgraph {box} [{_quoted(self.template.title(machine))}]"
        if machine.states:
            yield f"    {box}start(( ))"
            yield from self.scope(machine.states, 2, f"{box}start")
        yield "  end"

    def scope(self, scope: Scope, depth: int, begin: str = "") -> Iterator[str]:
        margin = "  " * depth
        states = in_order(scope)
        for state in states:
            self.ids[state] = f"s{len(self.ids) + 1}"
            yield from self.state(state, depth)
        if begin and (first := scope.states.get(scope.start_at)):
            yield f"{margin}{begin} --> {self.ids[first]}"
        for state in states:
            for transition, label in ways(state):
                target = scope.states.get(transition.target)
                if target is not None:
                    arrow = "-.->" if transition.way is Way.CATCH else "-->"
                    shown = f"|{_quoted(label)}|" if label else ""
                    yield f"{margin}{self.ids[state]} {arrow}{shown} {self.ids[target]}"

    def state(self, state: State, depth: int) -> Iterator[str]:
        margin, node = "  " * depth, self.ids[state]
        child = started(state, self.template)
        if child:
            self.starts.append((state, child))
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

    def links(self) -> Iterator[str]:
        for state, machine in self.starts:
            if machine.logical_id not in self.boxes:
                box = self.boxes[machine.logical_id] = f"m{len(self.boxes) + 1}"
                yield f"  {box}[[{_quoted(self.template.title(machine))}]]"
            yield f"  {self.ids[state]} ==> {self.boxes[machine.logical_id]}"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """The text with the marks of Mermaid's own, and line ends, as entities."""
    return "".join(_ENTITIES.get(character, character) for character in " ".join(text.split()))
