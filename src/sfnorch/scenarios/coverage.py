"""Which parts of state machines runs have reached: states, transitions, choice rules, retriers and catchers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from sfnorch.template.states import LocatedState

STATES, TRANSITIONS, CHOICES, RETRIERS, CATCHERS = "states", "transitions", "choice rules", "retriers", "catchers"
KINDS = (STATES, TRANSITIONS, CHOICES, RETRIERS, CATCHERS)
"""The kinds of parts. A choice rule and a catcher are transitions too, and count once for each kind."""

Reached: TypeAlias = "set[tuple[str, str, str]]"
"""The machine, the state as text, and the part of it, for each part that was reached."""


class Part(NamedTuple):
    """A part of a state machine: the state by its path, and the part of it; empty for the state itself."""

    machine: str
    state: str
    name: str
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        """Return the place of the part as users write it."""
        return ".".join(filter(None, (self.machine, self.state, self.name)))


@dataclass(slots=True, kw_only=True)
class Coverage:
    """The parts of the state machines of a target, and those that were reached."""

    parts: tuple[Part, ...]
    reached: Reached = field(default_factory=set)
    unreachable: set[str] = field(default_factory=set)
    """The parts that no run can reach, as text. They count only if a run has reached them."""

    def is_reached(self, part: Part) -> bool:
        """Return whether a run has reached the part."""
        return (part.machine, part.state, part.name) in self.reached

    def list_missed(self) -> list[Part]:
        """Return the parts that no run has reached."""
        return [part for part in self.parts if self.is_counted(part) and not self.is_reached(part)]

    def list_unreachable(self) -> list[str]:
        """Return the parts that do not count, as text."""
        return [str(part) for part in self.parts if not self.is_counted(part)]

    def is_counted(self, part: Part) -> bool:
        """Return whether the part counts: a run can reach it."""
        return str(part) not in self.unreachable or self.is_reached(part)

    def count(self, kind: str = "", machine: str = "") -> tuple[int, int]:
        """Return how many parts were reached, and how many there are: of a kind, of a machine, or all of them."""
        parts = [
            part
            for part in self.parts
            if (not kind or kind in part.kinds) and (not machine or machine == part.machine) and self.is_counted(part)
        ]
        return sum(map(self.is_reached, parts)), len(parts)

    @property
    def share(self) -> float:
        """Return the share of the parts that were reached, from 0 to 1; 1 if there are none."""
        reached, count = self.count()
        return reached / count if count else 1.0

    @property
    def machines(self) -> list[str]:
        """Return the names of the machines, in order."""
        return list(dict.fromkeys(part.machine for part in self.parts))


def list_parts(machine: str, states: Iterable[LocatedState]) -> Iterator[Part]:
    """Yield the parts of the states of a machine, in which all names of states differ, also those of inner states."""
    for state in states:
        name = state.name
        yield Part(machine, name, "", (STATES,))
        if state.kind == "Choice":
            for index, _ in state.list_objects("Choices"):
                yield Part(machine, name, f"Choices[{index}]", (TRANSITIONS, CHOICES))
            if state.read_text("Default"):
                yield Part(machine, name, "Default", (TRANSITIONS, CHOICES))
        elif state.read_text("Next") and state.kind not in ("Succeed", "Fail"):
            yield Part(machine, name, "Next", (TRANSITIONS,))
        if state.kind in ("Task", "Parallel", "Map"):
            for index, _ in state.list_objects("Retry"):
                yield Part(machine, name, f"Retry[{index}]", (RETRIERS,))
            for index, _ in state.list_objects("Catch"):
                yield Part(machine, name, f"Catch[{index}]", (TRANSITIONS, CATCHERS))


def locate_reached(machines: Mapping[LocatedState, str], reached: Iterable[tuple[LocatedState, str]]) -> Reached:
    """Return the parts that a run has reached, by the machine of each state; states of other machines are left out."""
    return {(machines[state], state.name, part) for state, part in reached if state in machines}
