"""Values in a report: inputs, outputs and arguments as text, of limited length."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json

MOST_MOMENTS = 2_000
"""The maximum number of lines of a timeline in a report."""

_LONGEST_VALUE = 4_000


def format_value(value: Json, most: int = _LONGEST_VALUE) -> str:
    """Return the value as indented JSON, cut off with a note after so many characters."""
    parts, length = [], 0
    for part in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value):
        parts.append(part)
        length += len(part)
        if length > most:
            return f"{''.join(parts)[:most]}\n… cut off after {most:,} characters"
    return "".join(parts)


def list_values(texts: Mapping[str, str], values: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Return the texts that are not empty and the values that are not null, by their names."""
    return [*((name, text) for name, text in texts.items() if text), *_list_values(values)]


def _list_values(values: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if value is not None:
            yield name, format_value(value)


def describe_left_out(count: int, what: str) -> list[str]:
    """Return a sentence if the report shows fewer than `count` of something."""
    if count <= MOST_MOMENTS:
        return []
    return [f"The report shows the first {MOST_MOMENTS:,} of {count:,} {what}; --output json has all of them."]
