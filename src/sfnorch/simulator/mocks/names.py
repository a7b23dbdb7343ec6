"""The notation that names a mocked state: `State`, or more of its path, as `Machine/Map/State`.

In front of the state's name are the names of its machine and of the Map and Parallel states around it, from the outside
to the inside; each can be left out. `Map[2]` is the item with index 2 of a Map. `Map/ItemReader` is what a Map reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sfnorch.template.states import LocatedState

ITEM_READER = "ItemReader"
_INDEX = re.compile(r"(.*)\[([0-9]{1,9})\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How a name matches a state: the number of names before the state's, and the index of the item of a Map."""

    weight: int
    index: int | None = None
    """The index of the item of the innermost Map around the state; None for every item."""


def match_name(name: str, state: LocatedState, machine_names: Collection[str]) -> NameMatch | None:
    """Return how the name matches the state of a machine with these names; None if it does not match."""
    if name == state.name:
        return NameMatch(0)
    rest = name.removesuffix(f"/{state.name}")
    return None if rest == name else _match_outer(rest, state.scope.parent, machine_names, is_innermost=True)


def match_reader(name: str, state: LocatedState, machine_names: Collection[str]) -> NameMatch | None:
    """Return how the name matches the ItemReader of a Map: the Map's name, and `/ItemReader`."""
    rest = name.removesuffix(f"/{ITEM_READER}")
    return match_name(rest, state, machine_names) if rest != name and ITEM_READER in state.body else None


def name_path(state: LocatedState, machine: str) -> str:
    """Return the whole path of a state: its machine, and the Map and Parallel states around it."""
    names = [state.name]
    parent = state.scope.parent
    while parent is not None:
        names.append(parent.name)
        parent = parent.scope.parent
    return "/".join([machine, *reversed(names)])


def _match_outer(
    rest: str, outer: LocatedState | None, machine_names: Collection[str], *, is_innermost: bool
) -> NameMatch | None:
    if rest in machine_names:
        return NameMatch(1)
    while outer is not None:
        names: list[tuple[str, int | None]] = [(rest, None)]
        if outer.kind == "Map" and is_innermost and (indexed := _INDEX.fullmatch(rest)):
            names.append((indexed[1], int(indexed[2])))
        for text, index in names:
            if text == outer.name:
                return NameMatch(1, index)
            before = text.removesuffix(f"/{outer.name}")
            if before == text:
                continue
            found = _match_outer(
                before, outer.scope.parent, machine_names, is_innermost=is_innermost and outer.kind != "Map"
            )
            if found is not None:
                return NameMatch(found.weight + 1, found.index if index is None else index)
        is_innermost = is_innermost and outer.kind != "Map"
        outer = outer.scope.parent
    return None
