"""Connections between states: which states lead to another, and states in a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.asl.states import AnyState, Linkable


def has_transition_to(states: Iterable[AnyState], name: str) -> bool:
    """Return whether one of these states has a transition to the state `name`. Inner states are not checked."""
    return any(name in _list_targets(state) for state in states)


def _list_targets(state: AnyState) -> Iterator[str]:
    yield from list_followers(state)
    for catcher in getattr(state, "catch", ()):
        yield catcher.next


def list_followers(state: AnyState) -> Iterator[str]:
    """Yield the names of the states that can follow if the state succeeds."""
    for name in (getattr(state, "next", None), getattr(state, "default", None)):
        if name is not None:
            yield name
    for rule in getattr(state, "rules", ()):
        yield rule.next


def chain_states(states: Sequence[Linkable], *, then: str | None = None) -> tuple[Linkable, ...]:
    """Return the states with a transition from each to the next, and from the last to `then` (None: the end)."""
    followers: Iterable[str | None] = [*(state.name for state in states[1:]), then]
    return tuple(state._replace(next=follower) for state, follower in zip(states, followers, strict=False))
