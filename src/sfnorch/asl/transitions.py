"""How many state transitions an execution needs that succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfnorch.asl.graph import list_followers
from sfnorch.asl.states import DistributedMap, Fail, Map, Parallel

if TYPE_CHECKING:
    from sfnorch.asl.states import AnyState, Graph


class SuccessPath(NamedTuple):
    """The longest path to a successful end."""

    transitions: int
    has_items: bool = False
    """Whether a Map state is on the path: its items are not counted, because their number is unknown."""


def find_success_path(graph: Graph) -> SuccessPath | None:
    """Return the longest path from the start to a successful end; None if there is none.

    A transition is a state that is entered, also in a branch (https://aws.amazon.com/step-functions/pricing/,
    documented). The path has no retries, no catchers, and no transition back to an earlier state of a loop.
    """
    states = {state.name: state for state in graph.states}
    found: dict[str, SuccessPath | None] = {}
    waiting = [graph.start]
    while waiting:  # depth first, without recursion: a chain can be long
        state = states[waiting[-1]]
        followers = list(list_followers(state))
        if state.name not in found:
            found[state.name] = None  # until the paths of its followers are known, which can lead back to it
            waiting.extend(name for name in followers if name not in found)
        else:
            waiting.pop()
            found[state.name] = _find_longest(state, [found[name] for name in followers])
    return found[graph.start]


def _find_longest(state: AnyState, paths: list[SuccessPath | None]) -> SuccessPath | None:
    """Return the longest path from the state, with one of the paths that follow it."""
    if isinstance(state, Fail):
        return None
    parts = [find_success_path(branch) for branch in state.branches] if isinstance(state, Parallel) else []
    parts.append(SuccessPath(1, isinstance(state, (Map, DistributedMap))))
    if paths:
        parts.append(max(filter(None, paths), key=lambda path: (path.transitions, not path.has_items), default=None))
    whole = [part for part in parts if part]
    if len(whole) < len(parts):
        return None
    return SuccessPath(sum(part.transitions for part in whole), any(part.has_items for part in whole))
