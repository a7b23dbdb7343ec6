"""The variables of an evaluation: JSON, whose nulls become the library's nulls when an expression reads a variable.

None is no value in the library, so that a null in a list or an object would be missing in `$map`, `$each` or `$string`.
"""

from __future__ import annotations

from collections.abc import Mapping

from jsonata.utils import Utils

_LARGE = 50
"""The number of values from which a list or an object is kept with its nulls replaced, for the next evaluations."""

_MOST_KEPT = 1_000


class NullReplacement:
    """Replaces nulls, and keeps the result for large values: most variables are the same in the next evaluation."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[object, object, int]] = {}

    def replace(self, value: object) -> object:
        """Return JSON with `Utils.NULL_VALUE` for each null; a value without a null is returned as it is."""
        return self._replace(value)[0]

    def _replace(self, value: object) -> tuple[object, int]:
        """Return the value without nulls, and how many values are in it."""
        if value is None:
            return Utils.NULL_VALUE, 1
        if not isinstance(value, (dict, list)):
            return value, 1
        if (kept := self._kept.get(id(value))) and kept[0] is value:
            return kept[1:]
        found: object = value
        if isinstance(value, dict):
            members = {key: self._replace(item) for key, item in value.items()}
            size = 1 + sum(count for _, count in members.values())
            if any(members[key][0] is not item for key, item in value.items()):
                found = {key: item for key, (item, _) in members.items()}
        else:
            items = [self._replace(item) for item in value]
            size = 1 + sum(count for _, count in items)
            if any(new is not old for (new, _), old in zip(items, value, strict=True)):
                found = [item for item, _ in items]
        if size >= _LARGE:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[id(value)] = value, found, size
        return found, size


class Variables(dict[str, object]):
    """Values by name. In a value from outside, the nulls are replaced when it is first read: few variables are."""

    def __init__(self, values: Mapping[str, object], nulls: NullReplacement) -> None:
        super().__init__(values)
        self._unread = set(values)
        self._nulls = nulls

    def __getitem__(self, name: str) -> object:
        if name in self._unread:
            self[name] = self._nulls.replace(super().__getitem__(name))
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: object) -> None:
        self._unread.discard(name)
        super().__setitem__(name, value)

    def get(self, name: str, default: object = None) -> object:  # as the library calls it
        """Return the value of a variable, or the default."""
        return self[name] if name in self else default  # noqa: SIM401  # it would call itself
