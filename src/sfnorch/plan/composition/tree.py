"""A plan as a tree whose values carry their places, so that values of several files and keys can be put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sfnorch.plan.paths import Path
from sfnorch.plan.places import Place, Places
from sfnorch.plan.read import Document

Scalar: TypeAlias = "str | int | bool | None"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a plan, and its place: for the value of a mapping, the place of its key."""

    value: Scalar | dict[str, Node] | list[Node]
    place: Place

    @property
    def members(self) -> Mapping[str, Node]:
        """The values of a mapping by key; empty for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; empty for any other value."""
        return self.value if isinstance(self.value, list) else []

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.value, list)

    @property
    def text(self) -> str | None:
        """The value if it is a string, else None."""
        return self.value if isinstance(self.value, str) else None

    def get(self, key: str) -> Node | None:
        """Return the value of a key of a mapping; None if there is none."""
        return self.members.get(key)

    def replace(self, /, **members: Node | None) -> Node:
        """Return the mapping with these values; None removes a key."""
        changed = {**self.members, **members}
        return Node({key: node for key, node in changed.items() if node is not None}, self.place)


def grow_tree(document: Document) -> Node:
    """Return the tree of a document."""
    return _grow(document.data, (), document.places.by_path)


def _grow(data: Any, path: Path, places: Mapping[Path, Place]) -> Node:
    match data:
        case dict():
            return Node({key: _grow(item, (*path, key), places) for key, item in data.items()}, places[path])
        case list():
            return Node([_grow(item, (*path, index), places) for index, item in enumerate(data)], places[path])
    return Node(data, places[path])


def flatten_tree(root: Node, file: str) -> Document:
    """Return the document of a tree whose root is a mapping; `file` is the plan's file."""
    places: dict[Path, Place] = {}
    data = _flatten(root, (), places)
    return Document(data, Places(file=file, by_path=places))


def strip_places(node: Node) -> Any:
    """Return the data of a tree."""
    return _flatten(node, (), {})


def _flatten(node: Node, path: Path, places: dict[Path, Place]) -> Any:
    places[path] = node.place
    match node.value:
        case dict() as members:
            return {key: _flatten(item, (*path, key), places) for key, item in members.items()}
        case list() as items:
            return [_flatten(item, (*path, index), places) for index, item in enumerate(items)]
    return node.value
