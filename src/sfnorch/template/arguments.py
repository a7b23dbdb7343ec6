"""The values of a Task's arguments: as in the definition, or as they are when the Task runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.template.states import LocatedState

ANY = "*"
"""A value that an expression computes when the state runs."""


class Arguments:
    """A Task's arguments; without `given` those of the definition, in which the values of expressions are unknown."""

    def __init__(self, state: LocatedState, given: Any = None) -> None:
        self._is_final = given is not None
        self._jsonata = state.jsonata
        self._body: Any = given if self._is_final else state.body.get("Arguments" if state.jsonata else "Parameters")

    @property
    def is_computed(self) -> bool:
        """Return whether one expression computes all arguments."""
        return isinstance(self._body, str)

    def items(self, name: str) -> list[dict[str, Any]] | None:
        """Return the mappings in a list argument; None if an expression computes the list."""
        if not isinstance(self._body, dict) or f"{name}.$" in self._body:
            return None if self.is_computed or isinstance(self._body, dict) else []
        listed = self._body.get(name)
        if listed is None:
            return []
        return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else None

    def text(self, body: dict[str, Any], name: str) -> str:
        """Return a text of a mapping; ANY if an expression computes it, empty if it is missing."""
        if f"{name}.$" in body and not self._is_final:
            return ANY
        return self._text(body.get(name))

    def named(self, *ends: str) -> Iterator[tuple[str, str]]:
        """Yield the names and texts at every depth whose names have one of these endings, in any case."""
        yield from self._named(self._body, tuple(end.lower() for end in ends))

    def _named(self, value: Any, ends: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        if isinstance(value, list):
            for item in value:
                yield from self._named(item, ends)
        if not isinstance(value, dict):
            return
        for key, item in value.items():
            name = key if self._is_final else key.removesuffix(".$")
            if isinstance(item, dict | list):
                yield from self._named(item, ends)
            elif name.lower().endswith(ends) and isinstance(item, str) and item:
                yield name, ANY if name != key else self._text(item)

    def _text(self, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            return ANY
        return ANY if not self._is_final and self._jsonata and value.startswith("{%") else value
