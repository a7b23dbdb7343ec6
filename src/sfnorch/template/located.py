"""Plain data with source lines: mappings and lists that know the line of each of their values.

They are dicts and lists, so JSON code can read them. The evaluation of a template's functions keeps the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from sfnorch.json_values import Json, read_list

Path: TypeAlias = tuple[str | int, ...]
"""The path to a value: keys and indexes from the root."""


class SourceLocation(NamedTuple):
    """A file and a line in it; the first line is 1."""

    file: str
    line: int


class Object(dict[str, Json]):
    """A mapping, its place, and the line of each key."""

    __slots__ = ("lines", "place")

    def __init__(self, place: SourceLocation, values: Iterable[tuple[str, Json, int]] = ()) -> None:
        super().__init__()
        self.place = place
        self.lines: dict[str, int] = {}
        for key, value, line in values:
            self[key] = value
            self.lines[key] = line

    def list_rows(self) -> Iterator[tuple[str, Json, int]]:
        """Yield each key, its value and its line."""
        for key, value in self.items():
            yield key, value, self.lines[key]

    def entries(self) -> Iterator[tuple[str, Object]]:
        """Yield each key whose value is a mapping, and the mapping."""
        return ((key, value) for key, value in self.items() if isinstance(value, Object))

    def get_object(self, key: str) -> Object | None:
        """Return the mapping with this key; None if there is none, or another value."""
        value = self.get(key)
        return value if isinstance(value, Object) else None

    def find_object(self, *path: str) -> Object:
        """Return the mapping at a path of keys; an empty one if there is none."""
        found = self
        for key in path:
            inner = found.get_object(key)
            if inner is None:
                return Object(self.place)
            found = inner
        return found


class Array(list[Json]):
    """A list, its place, and the line of each item."""

    __slots__ = ("lines", "place")

    def __init__(self, place: SourceLocation, values: Iterable[tuple[Json, int]] = ()) -> None:
        super().__init__()
        self.place = place
        self.lines: list[int] = []
        for value, line in values:
            self.append(value)
            self.lines.append(line)

    def list_rows(self) -> Iterator[tuple[Json, int]]:
        """Yield each item and its line."""
        return zip(self, self.lines, strict=True)


class Block(str):
    """A text whose lines are lines of the file, for example a literal block (`|`) in YAML."""

    __slots__ = ("first_line",)
    first_line: int

    def __new__(cls, text: str, first_line: int) -> Block:
        """Return the text with the number of its first line in the file."""
        block = super().__new__(cls, text)
        block.first_line = first_line
        return block

    def __getnewargs__(self) -> tuple[str, int]:  # type: ignore[override]
        """Return the arguments that create a copy."""
        return str(self), self.first_line


def read_objects(value: Json) -> Iterator[tuple[int, Object]]:
    """Yield the mappings in the value if it is a list, and their indexes."""
    return ((index, item) for index, item in enumerate(read_list(value)) if isinstance(item, Object))


def locate(value: Json, place: SourceLocation) -> Json:
    """Return the value with this place, and all values in it with its line. A value that has a place keeps it."""
    match value:
        case Object() | Array():
            return value
        case dict():
            return Object(place, [(key, locate(item, place), place.line) for key, item in value.items()])
        case list():
            return Array(place, [(locate(item, place), place.line) for item in value])
    return value


def find_place(root: Object, path: Path) -> SourceLocation:
    """Return the place of the value at `path`; if the path does not exist, that of the nearest value above it."""
    place: SourceLocation = root.place
    value: Json = root
    for step in path:
        match value, step:
            case Object(), str() if step in value.lines:
                place = SourceLocation(value.place.file, value.lines[step])
                value = value[step]
            case Array(), int() if 0 <= step < len(value):
                place = SourceLocation(value.place.file, value.lines[step])
                value = value[step]
            case _:
                return place
        match value:
            case (Object() | Array()) as inner if inner.place.file != place.file:
                place = inner.place
    return place


def format_path(path: Path) -> str:
    """Return the path as text: `Resources.Master.Properties.Definition.States.Run jobs.Catch[0]`."""
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown
