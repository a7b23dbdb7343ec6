"""The nodes and edges of a drawing, independent of its language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sfnorch.graph.missed import Missed, has_missed_retries, is_missed
from sfnorch.graph.words import build_retry_label, find_started_machine, list_labelled_transitions
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState, StateScope, TransitionKind


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two nodes, and its label; `way` is None for a retry.

    `is_missed` is whether it was not reached, in a picture of coverage.
    """

    source: str
    target: str
    way: TransitionKind | None
    label: str
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A line from the node of a state to the node of the machine that it starts.

    `missing` is the state machine if it isn't drawn yet. `is_own`: the state belongs to that state machine, and a line
    from a node to the box around it can't be drawn.
    """

    source: str
    target: str
    missing: Machine | None
    is_own: bool


@dataclass(slots=True)
class NumberedNodes:
    """The states and state machines of one drawing, numbered in order."""

    template: Template
    missed: Missed | None = None
    """What was not reached, in a picture of coverage."""
    ids: dict[LocatedState, str] = field(default_factory=dict)
    machines: dict[str, str] = field(default_factory=dict)
    starts: list[tuple[str, Machine, bool]] = field(default_factory=list)
    """The node of each state that starts a state machine, that machine, and whether the state belongs to it."""

    def add_machine(self, machine: Machine) -> str:
        """Return a new node for the state machine."""
        self.machines[machine.logical_id] = f"m{len(self.machines) + 1}"
        return self.machines[machine.logical_id]

    def add_state(self, state: LocatedState) -> str:
        """Return a new node for the state, and remember which state machine it starts."""
        self.ids[state] = f"s{len(self.ids) + 1}"
        if child := find_started_machine(state, self.template):
            self.starts.append((self.ids[state], child, child.logical_id == next(reversed(self.machines), "")))
        return self.ids[state]

    def list_edges(self, scope: StateScope, states: Sequence[LocatedState]) -> Iterator[Edge]:
        """Yield the transitions between the scope's states, and the retries of those without branches."""
        missed = self.missed or {}
        for state in states:
            node = self.ids[state]
            if not state.scopes and (retries := build_retry_label(state)):
                yield Edge(node, node, None, retries, has_missed_retries(missed, state))
            for transition, label in list_labelled_transitions(state):
                target = scope.states.get(transition.target)
                if target is not None:
                    yield Edge(node, self.ids[target], transition.way, label, is_missed(missed, state, transition))

    def list_links(self) -> Iterator[Link]:
        """Yield a link for each state that starts a state machine."""
        for state, machine, is_own in self.starts:
            missing = machine.logical_id not in self.machines
            node = self.add_machine(machine) if missing else self.machines[machine.logical_id]
            yield Link(state, node, machine if missing else None, is_own)
