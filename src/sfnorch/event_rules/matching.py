"""Whether an event matches an event pattern, and which fields do not match.

A field matches if one of its values matches one item in the list of the pattern. The elements of an array are values of
the field; fields of objects in an array match only if they match in the same element. Keys with dots are not joined.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html (documented)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.event_rules.operators import OR, is_match
from sfnorch.json_values import Json, read_list, read_mapping, read_mappings

_SHOWN = 80


class Mismatch(NamedTuple):
    """A field of an event that does not match: its path, what the pattern expects, and what the event has."""

    path: tuple[str, ...]
    expected: list[Json]
    found: list[Json]

    def __str__(self) -> str:
        found = ", ".join(map(_shorten, self.found)) if self.found else "nothing"
        return f"{'.'.join(self.path)}: expected {_shorten(self.expected)}, got {found}"


def find_mismatches(pattern: Mapping[str, Json], event: Json) -> list[Mismatch]:
    """Return the fields of the event that do not match the pattern; empty if the event matches."""
    return _compare_fields(pattern, event, (), event)


def _compare_fields(pattern: Mapping[str, Json], value: Json, path: tuple[str, ...], event: Json) -> list[Mismatch]:
    if isinstance(value, list):
        compared = [_compare_fields(pattern, item, path, event) for item in value]
        return _choose_nearest(compared) if compared else _compare_fields(pattern, {}, path, event)
    fields = read_mapping(value)
    found: list[Mismatch] = []
    for name, wanted in pattern.items():
        here = (*path, name)
        if name == OR:
            alternatives = [_compare_fields(each, value, path, event) for each in read_mappings(wanted)]
            found += _choose_nearest(alternatives)
        elif isinstance(wanted, dict):
            found += _compare_fields(wanted, fields.get(name, {}), here, event)
        elif mismatch := _compare_field(read_list(wanted), fields, here, event):
            found.append(mismatch)
    return found


def _compare_field(
    wanted: list[Json], fields: Mapping[str, Json], path: tuple[str, ...], event: Json
) -> Mismatch | None:
    name = path[-1]
    values = list(_list_leaves(fields[name])) if name in fields else []
    for item in wanted:
        match item:
            case {"exists": bool(is_wanted)}:
                # a field that exists in no element of an array is absent
                if bool(values) if is_wanted else not any(_find_leaves(event, path)):
                    return None
            case _ if any(is_match(item, value) for value in values):
                return None
    return Mismatch(path, wanted, values)


def _choose_nearest(compared: list[list[Mismatch]]) -> list[Mismatch]:
    """Return the mismatches of the comparison with the fewest; an empty list without a comparison."""
    return min(compared, key=lambda mismatches: len(mismatches), default=[])


def _find_leaves(value: Json, path: tuple[str, ...]) -> Iterator[bool]:
    """Yield true for each value of the field at the path, in all elements of arrays."""
    match value:
        case list():
            for item in value:
                yield from _find_leaves(item, path)
        case dict() if path and path[0] in value:
            yield from _find_leaves(value[path[0]], path[1:])
        case dict():
            return
        case _ if not path:
            yield True


def _list_leaves(value: Json) -> Iterator[Json]:
    """Yield the values of a field: those of an array are its own. An object is not a value."""
    match value:
        case list():
            for item in value:
                yield from _list_leaves(item)
        case dict():
            return
        case _:
            yield value


def _shorten(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
