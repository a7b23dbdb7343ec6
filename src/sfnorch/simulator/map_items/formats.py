"""The formats of an object with items: JSON, JSON Lines, CSV and Parquet.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sfnorch.json_values import Json, parse_strict
from sfnorch.simulator.errors import ITEM_READER, StatesError
from sfnorch.simulator.map_items.parquet import read_parquet_rows

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_LONGEST_FIELD = 10_000_000


class FormatSettings(NamedTuple):
    """The settings of a ReaderConfig that say how an object is read."""

    items_pointer: str = ""
    """The JSON pointer to the items in the object."""
    headers: Sequence[str] | None = None
    """The names of the columns; None if they are in the first row."""
    delimiter: str = "COMMA"


def parse_json_items(content: bytes, settings: FormatSettings) -> Json:
    """Return the value in the object to which ItemsPointer points. Raises StatesError for invalid JSON or no value."""
    value = _parse_json(_decode(content))
    if not settings.items_pointer:
        return value
    from jsonpath import JSONPointer  # loaded here, because most definitions do not need it
    from jsonpath.exceptions import JSONPointerError

    try:
        found: Json = JSONPointer(settings.items_pointer).resolve(value)  # type: ignore[assignment, arg-type]
    except JSONPointerError as error:
        raise StatesError(ITEM_READER, f"The ItemsPointer '{settings.items_pointer}' finds no value: {error}") from None
    return found


def parse_json_lines(content: bytes, settings: FormatSettings) -> Json:
    """Return an item for each line. Raises StatesError for a line that is not JSON."""
    return [_parse_json(line) for line in _decode(content).split("\n") if line.strip()]


def parse_csv_rows(content: bytes, settings: FormatSettings) -> Json:
    """Return an object of texts for each row. Raises StatesError for columns with the same name.

    Missing fields are empty and surplus fields are dropped (recorded). A backslash escapes the next character
    (documented). Empty lines are no rows (assumed).
    """
    rows = _list_rows(content, _DELIMITERS.get(settings.delimiter, ","))
    headers = list(settings.headers) if settings.headers is not None else rows.pop(0) if rows else []
    if len(set(headers)) < len(headers):
        raise StatesError(ITEM_READER, "CSV headers cannot contain duplicates.")
    empty = [""] * len(headers)
    return [dict(zip(headers, [*row, *empty[len(row) :]], strict=False)) for row in rows]


Parse = Callable[[bytes, FormatSettings], Json]

FORMATS: Mapping[str, Parse] = {
    "CSV": parse_csv_rows,
    "JSON": parse_json_items,
    "JSONL": parse_json_lines,
    "PARQUET": lambda content, _: read_parquet_rows(content),
}
"""The function that reads an object with items, by InputType."""


def _decode(content: bytes) -> str:
    """Return the text of an object in UTF-8. Raises StatesError for other content."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StatesError(ITEM_READER, f"The object is not a text in UTF-8: {error}") from None


def list_csv_rows(content: bytes) -> list[list[str]]:
    """Return the fields of each row of a manifest in CSV. Raises StatesError for invalid CSV."""
    return _list_rows(content, ",")


def _list_rows(content: bytes, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)  # the default is less than the maximum size of an item
    rows = csv.reader(io.StringIO(_decode(content), newline=""), delimiter=delimiter, escapechar="\\")
    try:
        return [row for row in rows if row]
    except csv.Error as error:
        raise StatesError(ITEM_READER, f"The object is not valid CSV: {error} (line {rows.line_num})") from None


def _parse_json(text: str) -> Json:
    try:
        return parse_strict(text)
    except ValueError as error:
        raise StatesError(ITEM_READER, f"The object is not valid JSON: {error}") from None
