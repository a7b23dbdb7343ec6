"""Failed items of a fan-out as CSV, one line each, which a spreadsheet shows and does not evaluate."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sfnorch.aws.links import build_execution_link
from sfnorch.printable import make_printable_line

if TYPE_CHECKING:
    from sfnorch.app.reading_failures import FailedItem

COLUMNS = ("name", "job", "run", "error", "message", "execution", "link")

_FORMULA = ("=", "+", "-", "@")
"""The characters with which a formula of a spreadsheet begins, also in their wide forms.

https://owasp.org/www-community/attacks/CSV_Injection
"""


def format_failed_items(items: Iterable[FailedItem]) -> Iterator[str]:
    """Yield the lines of the file: the header, then a line for each item.

    Control characters and line breaks are escapes, and a text that begins like a formula has an apostrophe before it.
    """
    yield _format(COLUMNS)
    for each in items:
        link = build_execution_link(each.execution) if each.execution else ""
        row = (each.name, each.job, each.run_id, each.error, each.message, each.execution, link)
        yield _format([_neutralize(cell) for cell in row])


def _neutralize(text: str) -> str:
    line = make_printable_line(text)
    return f"'{line}" if unicodedata.normalize("NFKC", line).lstrip().startswith(_FORMULA) else line


def _format(row: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    return line.getvalue()
