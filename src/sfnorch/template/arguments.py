"""The values of a Task's arguments: as in the definition, or as they are when the Task runs."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.json_values import Json, find_value, read_mappings, walk_strings
from sfnorch.template.states import LocatedState

UNKNOWN_VALUE = "*"
"""A value that an expression computes when the state runs."""


class Arguments:
    """A Task's arguments; without `given` those of the definition, in which the values of expressions are unknown."""

    def __init__(self, state: LocatedState, given: Json = None) -> None:
        self._is_final = given is not None
        self._jsonata = state.jsonata
        self._body = given if self._is_final else state.body.get("Arguments" if state.jsonata else "Parameters")

    @property
    def is_computed(self) -> bool:
        """Return whether one expression computes all arguments."""
        return isinstance(self._body, str)

    def list_mappings(self, name: str) -> list[dict[str, Json]] | None:
        """Return the mappings in a list argument; None if an expression computes the list."""
        if self.is_computed or find_value(self._body, f"{name}.$") is not None:
            return None
        match find_value(self._body, name):
            case None:
                return []
            case list() as listed:
                return list(read_mappings(listed))
        return None

    def read_text(self, body: dict[str, Json], name: str) -> str:
        """Return a text of a mapping; ANY if an expression computes it, empty if it is missing."""
        if f"{name}.$" in body and not self._is_final:
            return UNKNOWN_VALUE
        return self._convert_to_text(body.get(name))

    def find_texts(self, *ends: str) -> Iterator[tuple[str, str]]:
        """Yield the names and texts at every depth whose names have one of these endings, in any case."""
        wanted = tuple(end.lower() for end in ends)
        for path, item in walk_strings(self._body):
            match path:
                case [*_, str(key)] if item:
                    name = key if self._is_final else key.removesuffix(".$")
                    if name.lower().endswith(wanted):
                        yield name, UNKNOWN_VALUE if name != key else self._convert_to_text(item)

    def _convert_to_text(self, value: Json) -> str:
        match value:
            case None:
                return ""
            case str() if self._is_final or not (self._jsonata and value.startswith("{%")):
                return value
        return UNKNOWN_VALUE
