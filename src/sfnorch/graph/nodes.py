"""What a drawing's nodes are called, and what leads from one to the other, whatever language it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sfnorch.graph.words import started, ways
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import Scope, State, Way


@dataclass(slots=True)
class Nodes:
    """The states and machines of one drawing, numbered as they come."""

    template: Template
    ids: dict[State, str] = field(default_factory=dict)
    machines: dict[str, str] = field(default_factory=dict)
    starts: list[tuple[State, StateMachine]] = field(default_factory=list)

    def number_machine(self, machine: StateMachine) -> str:
        """Return the machine's node, a new one."""
        self.machines[machine.logical_id] = f"m{len(self.machines) + 1}"
        return self.machines[machine.logical_id]

    def number(self, state: State) -> str:
        """Return the state's node, a new one; which machine it starts is kept for the links."""
        self.ids[state] = f"s{len(self.ids) + 1}"
        if child := started(state, self.template):
            self.starts.append((state, child))
        return self.ids[state]

    def edges(self, scope: Scope, states: Sequence[State]) -> Iterator[tuple[str, str, bool, str]]:
        """Yield the ways between the scope's states: from, to, whether it is a catch, and what stands at it."""
        for state in states:
            for transition, label in ways(state):
                target = scope.states.get(transition.target)
                if target is not None:
                    yield self.ids[state], self.ids[target], transition.way is Way.CATCH, label

    def links(self) -> Iterator[tuple[str, str, StateMachine | None]]:
        """From each state that starts a machine to that machine; the machine itself where it isn't drawn yet."""
        for state, machine in self.starts:
            missing = machine.logical_id not in self.machines
            node = self.number_machine(machine) if missing else self.machines[machine.logical_id]
            yield self.ids[state], node, machine if missing else None
