"""A machine's states in order, and the chaining of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.asl.states import AnyState, Linkable


@dataclass(frozen=True, slots=True)
class Graph:
    """The states of a machine, a branch or an item processor; it starts at the first."""

    states: tuple[AnyState, ...]
    comment: str = ""

    def __init__(self, *states: AnyState, comment: str = "") -> None:
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "comment", comment)

    @property
    def start(self) -> str:
        """The name of the state that the graph starts at."""
        return self.states[0].name


def lead_to(states: Iterable[AnyState], name: str) -> bool:
    """Whether any of the states, inner ones apart, leads to the state of this name."""
    return any(name in _targets(state) for state in states)


def _targets(state: AnyState) -> Iterator[str | None]:
    yield getattr(state, "next", None)
    yield getattr(state, "default", None)
    for part in (*getattr(state, "catch", ()), *getattr(state, "rules", ())):
        yield part.next


def chain(states: Sequence[Linkable], *, then: str | None = None) -> tuple[Linkable, ...]:
    """Return the states, each going on to the next one, the last to `then` (None: it ends the graph)."""
    followers: Iterable[str | None] = [*(state.name for state in states[1:]), then]
    return tuple(replace(state, next=follower) for state, follower in zip(states, followers, strict=False))
