"""Tables of results as text: a title above each column, and no borders."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from sfnorch.console import Text


def build_table(*titles: str, has_numbers: bool = False) -> Table:
    """Return a table without rows. `has_numbers`: whether the columns after the first are aligned on the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for index, title in enumerate(titles):
        is_number = has_numbers and index > 0
        table.add_column(title, header_style="dim", justify="right" if is_number else "left", overflow="fold")
    return table


def build_figure_table(figures: Iterable[tuple[str, str]]) -> Table:
    """Return a table without titles, which has a row for each figure: its name and its words."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for name, value in figures:
        table.add_row(Text(name), Text(value))
    return table
