"""The mark that identifies a state machine of sfnorch, whatever its name is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_list, read_mapping


class Mark(NamedTuple):
    """What every state machine of a kind has, and no other: a state that assigns certain variables, and more states."""

    state: str
    """The first state, which assigns the variables."""
    variables: tuple[str, ...]
    states: tuple[str, ...] = ()
    """More states of the definition."""

    def is_in(self, definition: Mapping[str, Json]) -> bool:
        """Return whether a definition has the mark."""
        states, assigned = read_mapping(definition.get("States")), read_assigned_variables(definition, self.state)
        return set(self.states) <= set(states) and set(self.variables) <= set(assigned)

    def is_of(self, state: str, assigned: Collection[str]) -> bool:
        """Return whether an execution shows the mark: it has left this state, which has assigned these variables."""
        return state == self.state and set(self.variables) <= set(assigned)


def read_assigned_variables(definition: Mapping[str, Json], state: str) -> dict[str, Json]:
    """Return the variables that a state of a definition assigns; an empty mapping if the state does not exist."""
    return read_mapping(find_value(definition.get("States"), state, "Assign"))


def read_assigned_names(definition: Mapping[str, Json], state: str, variable: str) -> tuple[str, ...]:
    """Return the list of names that a state of a definition assigns to a variable; an empty tuple for other values."""
    return tuple(map(str, read_list(read_assigned_variables(definition, state).get(variable))))
