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
        found: dict[object, object] | list[object] | None = None
        size = 1
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if item is not None and not isinstance(item, (dict, list)):
                size += 1
                continue
            replaced, count = self._replace(item)
            size += count
            if replaced is not item:
                if found is None:
                    found = value.copy()
                found[key] = replaced
        result = value if found is None else found
        if size >= _LARGE:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[id(value)] = value, result, size
        return result, size


class Variables(dict[str, object]):
    """Values by name. A value from outside gets here, with its nulls replaced, when it is first read: few are."""

    def __init__(self, values: Mapping[str, object], nulls: NullReplacement) -> None:
        super().__init__()
        self._unread = values
        self._nulls = nulls

    def __missing__(self, name: str) -> object:
        found = self[name] = self._nulls.replace(self._unread[name])
        return found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._unread

    def get(self, name: str, default: object = None) -> object:  # as the library calls it
        """Return the value of a variable, or the default."""
        return self[name] if name in self else default  # noqa: SIM401  # it would call itself
