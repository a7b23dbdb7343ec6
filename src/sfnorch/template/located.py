"""Plain data that remembers where it was written: mappings and lists that know the line of each of their values.

They are dicts and lists, so whatever reads JSON reads them; evaluating a template's functions keeps the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys and positions from the root."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file and a line in it, from 1."""

    file: str
    line: int


class Object(dict[str, Any]):
    """A mapping, where it begins, and the line of each key."""

    __slots__ = ("lines", "place")

    def __init__(self, place: Place, values: Iterable[tuple[str, Any, int]] = ()) -> None:
        super().__init__()
        self.place = place
        self.lines: dict[str, int] = {}
        for key, value, line in values:
            self[key] = value
            self.lines[key] = line

    def rows(self) -> Iterator[tuple[str, Any, int]]:
        """Each key, its value and its line."""
        for key, value in self.items():
            yield key, value, self.lines[key]


class Array(list[Any]):
    """A list, where it begins, and the line of each item."""

    __slots__ = ("lines", "place")

    def __init__(self, place: Place, values: Iterable[tuple[Any, int]] = ()) -> None:
        super().__init__()
        self.place = place
        self.lines: list[int] = []
        for value, line in values:
            self.append(value)
            self.lines.append(line)

    def rows(self) -> Iterator[tuple[Any, int]]:
        """Each item and its line."""
        return zip(self, self.lines, strict=True)


class Block(str):
    """A text whose lines are lines of the file, as a literal block (`|`) of YAML is."""

    __slots__ = ("first_line",)
    first_line: int

    def __new__(cls, text: str, first_line: int) -> Block:
        """Return the text, and the file's line that its first line is."""
        block = super().__new__(cls, text)
        block.first_line = first_line
        return block

    def __getnewargs__(self) -> tuple[str, int]:  # type: ignore[override]
        """Return what a copy is made from."""
        return str(self), self.first_line


def place_of(root: Object, path: Path) -> Place:
    """Where the value at `path` stands; where the path leads to nothing, the nearest above it."""
    place, value = root.place, root
    for step in path:
        if isinstance(value, Object) and step in value.lines:
            place = Place(value.place.file, value.lines[str(step)])
        elif isinstance(value, Array) and isinstance(step, int) and 0 <= step < len(value):
            place = Place(value.place.file, value.lines[step])
        else:
            return place
        value = value[step]
        if isinstance(value, Object | Array) and value.place.file != place.file:
            place = value.place
    return place


def show(path: Path) -> str:
    """Return the path as a person reads it: `Resources.Master.Properties.Definition.States.Run jobs.Catch[0]`."""
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown
