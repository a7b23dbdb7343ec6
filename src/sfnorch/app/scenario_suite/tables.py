"""Write scenarios that differ in a few values as one scenario with a table of examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sfnorch.json_values import Json, write_compact
from sfnorch.scenarios.examples import fill_row, name_row

_MOST_COLUMNS, _MOST_VALUE = 7, 400


class _NoTableError(Exception):
    """The scenarios differ too much for a table."""


def merge_scenarios(scenarios: Sequence[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """Return the scenarios, of which those with the same form are one with a table.

    `column` is the column with what the names differ in.
    """
    left = list(scenarios)
    found: list[dict[str, Any]] = []
    while left:
        group = [left[0]]
        merged = left[0]
        rest = []
        for each in left[1:]:
            try:
                merged = _merge([*group, each], column)
                group.append(each)
            except _NoTableError:
                rest.append(each)
        found.append(merged)
        left = rest
    return found


def _merge(scenarios: list[dict[str, Any]], column: str) -> dict[str, Any]:
    """Return one scenario with a table. Raises _NoTableError if the scenarios differ too much."""
    table = _Table(len(scenarios))
    table.add_names(scenarios, column)
    body: dict[str, Any] = table.merge("", scenarios)
    rows: list[dict[str, Json]] = [
        {name: values[index] for name, values in table.columns.items()} for index in range(len(scenarios))
    ]
    if not 0 < len(table.columns) <= _MOST_COLUMNS or any(len(write_compact(row)) > _MOST_VALUE for row in rows):
        raise _NoTableError
    for scenario, row in zip(scenarios, rows, strict=True):
        filled = fill_row(body, row)
        if filled != scenario or name_row(str(body["name"]), row) != scenario["name"]:
            raise _NoTableError
    name = body.pop("name")
    return {"name": name, "examples": rows, **body}


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


class _Table:
    """The columns of a table: the values of each, by row."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.columns: dict[str, list[Json]] = {}

    def add_names(self, scenarios: list[dict[str, Any]], column: str) -> None:
        """Add the column of what the names of the scenarios differ in: words, such as the name of a job."""
        words = [str(scenario["name"]).split(" ") for scenario in scenarios]
        if len({len(each) for each in words}) > 1:
            raise _NoTableError
        for values in zip(*words, strict=True):
            if len(set(values)) > 1:
                self._add(column, list(values))

    def merge(self, key: str, values: Sequence[Any]) -> Any:
        """Return the value with the columns in the place of what differs."""
        first = values[0]
        if all(type(value) is type(first) and value == first for value in values[1:]):
            return first
        if all(isinstance(value, dict) for value in values):
            return self._merge_mappings(key, values)
        if all(isinstance(value, list) and len(value) == len(first) for value in values) and any(
            isinstance(item, dict) for item in first
        ):
            return [self.merge(key, items) for items in zip(*values, strict=True)]
        if all(isinstance(value, list) and len(value) == len(first) for value in values):
            filled = [self._fill(list(items)) for items in zip(*values, strict=True) if _are_texts(items)]
            if len(filled) == len(first) and None not in filled:
                return filled
        if all(isinstance(value, str) for value in values):
            return self._merge_texts(key, [str(value) for value in values])
        return self._use(key, list(values))

    def _merge_mappings(self, key: str, values: Sequence[dict[str, Any]]) -> Any:
        if len({len(value) for value in values}) > 1:
            raise _NoTableError
        merged: dict[str, Any] = {}
        for position, names in enumerate(zip(*values, strict=True)):
            if len(set(names)) == 1:
                name = names[0]
            elif (text := self._fill(list(names))) is not None:
                name = text
            else:
                name = f"<{self._add(key.removesuffix('s'), list(names))}>"
            items = [list(value.values())[position] for value in values]
            if name in merged:
                raise _NoTableError
            merged[name] = self.merge(name if len(set(names)) == 1 else key, items)
        return merged

    def _merge_texts(self, key: str, texts: list[str]) -> Any:
        filled = self._fill(texts)
        return self._use(key, list(texts)) if filled is None else filled

    def _fill(self, texts: list[str]) -> str | None:
        """Return the text with columns that all texts are rows of; None if there is none."""
        if len(set(texts)) == 1:
            return texts[0]
        if texts in self.columns.values():
            name = next(name for name, values in self.columns.items() if values == texts)
            return f"<{name}>"
        found = list(texts)
        for name, values in sorted(self.columns.items(), key=lambda item: -len(str(item[1][0]))):
            if not all(isinstance(value, str) and value for value in values):
                continue
            found = [
                re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", f"<{name}>".replace("\\", r"\\"), text)
                for text, value in zip(found, values, strict=True)
            ]
            if len(set(found)) == 1:
                return found[0]
        return None

    def _use(self, key: str, values: list[Any]) -> str:
        for name, known in self.columns.items():
            if known == values:
                return f"<{name}>"
        return f"<{self._add(key, values)}>"

    def _add(self, key: str, values: list[Any]) -> str:
        if values in self.columns.values():
            return next(name for name, known in self.columns.items() if known == values)
        name, number = key or "value", 2
        while name in self.columns:
            name, number = f"{key} {number}", number + 1
        self.columns[name] = values
        return name
