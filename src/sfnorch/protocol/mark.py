"""The mark that identifies a state machine of sfnorch, whatever its name is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What every state machine of a kind has, and no other: a state that assigns certain variables, and more states."""

    state: str
    """The first state, which assigns the variables."""
    variables: tuple[str, ...]
    states: tuple[str, ...] = ()
    """More states of the definition."""

    def is_in(self, definition: Mapping[str, Any]) -> bool:
        """Return whether a definition has the mark."""
        states = definition.get("States")
        return (
            isinstance(states, Mapping)
            and set(self.states) <= set(states)
            and set(self.variables) <= set(assigned_variables(definition, self.state))
        )

    def is_of(self, state: str, assigned: Collection[str]) -> bool:
        """Return whether an execution shows the mark: it has left this state, which has assigned these variables."""
        return state == self.state and set(self.variables) <= set(assigned)


def assigned_variables(definition: Mapping[str, Any], state: str) -> Mapping[str, Any]:
    """Return the variables that a state of a definition assigns; an empty mapping if the state does not exist."""
    states = definition.get("States")
    found = states.get(state) if isinstance(states, Mapping) else None
    assigned = found.get("Assign") if isinstance(found, Mapping) else None
    return assigned if isinstance(assigned, Mapping) else {}


def assigned_names(definition: Mapping[str, Any], state: str, variable: str) -> tuple[str, ...]:
    """Return the list of names that a state of a definition assigns to a variable; an empty tuple for other values."""
    names = assigned_variables(definition, state).get(variable)
    return tuple(map(str, names)) if isinstance(names, list) else ()
