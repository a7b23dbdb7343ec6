"""The items of a fan-out: their numbers as text and as data, a progress bar, and where the results are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from sfnorch.console import Text
from sfnorch.json_values import find_value, read_string
from sfnorch.runs.kinds.fan_out import read_outcome

if TYPE_CHECKING:
    from sfnorch.aws.map_runs import ItemCounts
    from sfnorch.runs.node import Node

_WIDTH = 30
_MOST_NAME = 60


def shorten_item(name: str) -> str:
    """Return the name of an item in one line, truncated: it can be the whole item."""
    line = " ".join(name.split())
    return line if len(line) <= _MOST_NAME else f"{line[:_MOST_NAME]}…"


def list_item_rows(node: Node, *, live: bool) -> Iterator[RenderableType]:
    """Yield the rows before the items that failed: the numbers, while it runs with a bar, and where the results are."""
    if node.items is None:
        return
    counts = _describe_counts(node.items)
    if live and not node.ended and node.items.total:
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_row(ProgressBar(total=node.items.total, completed=node.items.ended, width=_WIDTH), counts)
        yield row
    else:
        yield counts
    if (results := read_string(find_value(read_outcome(node.record), "results"))) and node.items.unsuccessful:
        yield _truncate(Text(f"results: {results}", style="dim")) if live else Text(f"results: {results}", style="dim")


def list_more_rows(node: Node) -> Iterator[Text]:
    """Yield the number of items that failed and are not shown."""
    more = node.items.failed - len(node.failed_items) if node.items else 0
    if node.failed_items and more > 0:
        yield Text(f"… and {more:,} more failed", style="dim")


def count_item_rows(node: Node) -> int:
    """Return the number of rows of the items, without those of failed items."""
    return sum(1 for _ in list_item_rows(node, live=False)) + sum(1 for _ in list_more_rows(node))


def _describe_counts(counts: ItemCounts) -> Text:
    text = _truncate(Text(counts.describe()))
    text.highlight_words([f"{counts.failed:,} failed"], "bold red")
    return text


def _truncate(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
