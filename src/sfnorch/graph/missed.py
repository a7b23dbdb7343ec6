"""The parts of state machines that runs have not reached, which a picture of coverage shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TypeAlias

from sfnorch.template.states import LocatedState, Transition, TransitionKind

Missed: TypeAlias = "Mapping[LocatedState, Set[str]]"
"""The parts of each state that were not reached, such as `Choices[0]`; an empty text is the state itself."""

NOT_REACHED = "not reached"


def name_part(transition: Transition) -> str:
    """Return the name of the part of the state that leads to the transition."""
    match transition.way:
        case TransitionKind.CHOICE:
            return f"Choices[{transition.path[-2]}]"
        case TransitionKind.CATCH:
            return f"Catch[{transition.path[-2]}]"
        case TransitionKind.DEFAULT:
            return "Default"
    return "Next"


def is_missed(missed: Missed, state: LocatedState, transition: Transition | None = None) -> bool:
    """Return whether the state, or a transition from it, was not reached: with all catchers to the same state."""
    parts = missed.get(state, frozenset())
    if transition is None:
        return "" in parts
    if transition.way is TransitionKind.CATCH:
        return all(name_part(each) in parts for each in state.catches if each.target == transition.target)
    return name_part(transition) in parts


def has_missed_retries(missed: Missed, state: LocatedState) -> bool:
    """Return whether none of the retriers of the state was reached."""
    return all(f"Retry[{index}]" in missed.get(state, ()) for index, _ in state.list_objects("Retry"))


def list_missed_words(state: LocatedState, missed: Missed) -> Iterator[str]:
    """Yield what was not reached of the state, in words."""
    parts = missed.get(state, frozenset())
    if "" in parts:
        yield state.name
    elif parts:
        yield f"{state.name} ({', '.join(sorted(parts))})"
