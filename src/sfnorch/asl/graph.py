"""The states of a state machine in order, and functions that connect them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.asl.states import AnyState, Linkable


@dataclass(frozen=True, slots=True)
class Graph:
    """The states of a state machine, a branch or an item processor. The first state is the start."""

    states: tuple[AnyState, ...]
    comment: str = ""

    def __init__(self, *states: AnyState, comment: str = "") -> None:
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "comment", comment)

    @property
    def start(self) -> str:
        """The name of the first state."""
        return self.states[0].name


def lead_to(states: Iterable[AnyState], name: str) -> bool:
    """Return whether one of these states has a transition to the state `name`. Inner states are not checked."""
    return any(name in _targets(state) for state in states)


def _targets(state: AnyState) -> Iterator[str | None]:
    yield getattr(state, "next", None)
    yield getattr(state, "default", None)
    for part in (*getattr(state, "catch", ()), *getattr(state, "rules", ())):
        yield part.next


def chain(states: Sequence[Linkable], *, then: str | None = None) -> tuple[Linkable, ...]:
    """Return the states with a transition from each to the next, and from the last to `then` (None: the end)."""
    followers: Iterable[str | None] = [*(state.name for state in states[1:]), then]
    return tuple(replace(state, next=follower) for state, follower in zip(states, followers, strict=False))
