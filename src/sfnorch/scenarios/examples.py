"""Tables of examples: a scenario for each row, in which `<column>` is replaced by the value of the row.

A text that is exactly `<column>` becomes the value itself, so that a number stays a number. Other texts in angle
brackets stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.json_values import Json, write_as_text


def fill_row(value: Json, row: Mapping[str, Json]) -> Json:
    """Return the value with the values of the row in all of its texts and keys."""
    match value:
        case str():
            return _fill_text(value, row)
        case dict():
            return {write_as_text(_fill_text(key, row)): fill_row(item, row) for key, item in value.items()}
        case list():
            return [fill_row(item, row) for item in value]
    return value


def name_row(name: str, row: Mapping[str, Json]) -> str:
    """Return the name of the scenario of a row: filled, or followed by the values of the row if it has no column."""
    filled = write_as_text(_fill_text(name, row))
    return filled if filled != name else f"{name} [{', '.join(map(write_as_text, row.values()))}]"


def _fill_text(text: str, row: Mapping[str, Json]) -> Json:
    for column, value in row.items():
        if text == f"<{column}>":
            return value
    parts, rest = [], text
    while rest:
        start = rest.find("<")
        found = next((name for name in row if rest.startswith(f"<{name}>", start)), None) if start >= 0 else None
        if start < 0:
            parts.append(rest)
            break
        if found is None:
            parts.append(rest[: start + 1])
            rest = rest[start + 1 :]
            continue
        parts += [rest[:start], write_as_text(row[found])]
        rest = rest[start + len(found) + 2 :]
    return "".join(parts)
