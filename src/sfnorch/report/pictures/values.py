"""Values in a report: inputs, outputs and arguments as text, of limited length."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json, parse_json

MOST_MOMENTS = 2_000
"""The maximum number of lines of a timeline in a report."""

_LONGEST_VALUE = 4_000
_LONGEST_CAUSE = 1_500
_MOST_NESTED = 3


def format_value(value: Json, most: int = _LONGEST_VALUE) -> str:
    """Return the value as indented JSON, cut off with a note after so many characters."""
    parts, length = [], 0
    for part in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value):
        parts.append(part)
        length += len(part)
        if length > most:
            return f"{''.join(parts)[:most]}\n… cut off after {most:,} characters"
    return "".join(parts)


def format_text(text: str) -> str:
    """Return the value of a JSON text as `format_value` does; of a text that is cut off, the beginning as it is."""
    value = parse_json(text)
    return _cut_text(text, _LONGEST_VALUE) if value is text else format_value(value)


def format_cause(cause: str) -> str:
    """Return the cause of an error; one that is a JSON object as indented JSON, also the texts in it that are JSON."""
    value = _read_inner(cause, 0)
    return format_value(value, _LONGEST_CAUSE) if not isinstance(value, str) else _cut_text(value, _LONGEST_CAUSE)


def _read_inner(value: Json, depth: int) -> Json:
    """Return the value with the JSON objects in its texts: AWS writes the cause of a child execution as a text."""
    if isinstance(value, dict):
        return {name: _read_inner(each, depth) for name, each in value.items()}
    if isinstance(value, str) and value.startswith("{") and depth < _MOST_NESTED:
        found = parse_json(value)
        return _read_inner(found, depth + 1) if isinstance(found, dict) else value
    return value


def _cut_text(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n… cut off after {most:,} characters"


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
