"""The formats of an object with items: JSON, JSON Lines and CSV.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sfnorch.json_values import Json
from sfnorch.simulator.errors import ITEM_READER, StatesError

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_LONGEST_FIELD = 10_000_000


class FormatSettings(NamedTuple):
    """The settings of a ReaderConfig that say how an object is read."""

    items_pointer: str = ""
    """The JSON pointer to the items in the object."""
    headers: Sequence[str] | None = None
    """The names of the columns; None if they are in the first row."""
    delimiter: str = "COMMA"


def parse_json_items(text: str, settings: FormatSettings) -> Json:
    """Return the value in the text to which ItemsPointer points. Raises StatesError for invalid JSON or no value."""
    value = _parse_json(text)
    if not settings.items_pointer:
        return value
    from jsonpath import JSONPointer  # loaded here, because most definitions do not need it
    from jsonpath.exceptions import JSONPointerError

    try:
        found: Json = JSONPointer(settings.items_pointer).resolve(value)  # type: ignore[assignment, arg-type]
    except JSONPointerError as error:
        raise StatesError(ITEM_READER, f"The ItemsPointer '{settings.items_pointer}' finds no value: {error}") from None
    return found


def parse_json_lines(text: str, settings: FormatSettings) -> Json:
    """Return an item for each line. Raises StatesError for a line that is not JSON."""
    return [_parse_json(line) for line in text.splitlines() if line.strip()]


def parse_csv_rows(text: str, settings: FormatSettings) -> Json:
    """Return an object of texts for each row. Raises StatesError for columns with the same name.

    Missing fields are empty and surplus fields are dropped (recorded). A backslash escapes the next character
    (documented). Empty lines are no rows (assumed).
    """
    rows = _list_rows(text, _DELIMITERS.get(settings.delimiter, ","))
    headers = list(settings.headers) if settings.headers is not None else rows.pop(0) if rows else []
    if len(set(headers)) < len(headers):
        raise StatesError(ITEM_READER, "CSV headers cannot contain duplicates.")
    empty = [""] * len(headers)
    return [dict(zip(headers, [*row, *empty[len(row) :]], strict=False)) for row in rows]


Parse = Callable[[str, FormatSettings], Json]

FORMATS: Mapping[str, Parse] = {"CSV": parse_csv_rows, "JSON": parse_json_items, "JSONL": parse_json_lines}
"""The function that reads a text with items, by InputType."""


def decode_text(content: bytes) -> str:
    """Return the text of an object in UTF-8. Raises StatesError for other content."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StatesError(ITEM_READER, f"The object is not a text in UTF-8: {error}") from None


def list_csv_rows(text: str) -> list[list[str]]:
    """Return the fields of each row of a manifest in CSV. Raises StatesError for invalid CSV."""
    return _list_rows(text, ",")


def _list_rows(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)  # the default is less than the maximum size of an item
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, escapechar="\\")
    try:
        return [row for row in rows if row]
    except csv.Error as error:
        raise StatesError(ITEM_READER, f"The object is not valid CSV: {error} (line {rows.line_num})") from None


def _parse_json(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StatesError(ITEM_READER, f"The object is not valid JSON: {error}") from None
    return value
