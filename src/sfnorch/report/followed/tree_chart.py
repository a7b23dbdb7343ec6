"""Trees of activities with their bars over time as text: names, bars, durations and statuses are columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import ConsoleOptions, RenderableType
from rich.table import Table
from rich.tree import Tree

from sfnorch.console import Phrases, Text
from sfnorch.durations import format_duration
from sfnorch.report.bars import SHORTEST_BAR, Bar, BarPart, TimeAxis, TimeSpan
from sfnorch.report.tones import find_style

_INDENT = 4
"""The columns of a level of a tree."""

_GAP = 1
_LEAST_NAME = 14
"""The minimum columns for names, and for the date above them."""

_LEAST_BAR = 24
"""The columns that bars have before details are beside them."""

_DELAY, _WAITING = "─", "░"
"""The characters of a bar for the delay before a retry, and for the time before a run consumed resources."""

_MOST_BAR = 60
"""The columns of bars in a file or a pipe, whose lines are not limited by a screen."""


@dataclass(slots=True)
class _Columns:
    """The widths of the columns on the right of the names; 0 for a column that is left out."""

    bar: int = 0
    took: int = 0
    status: int = 0
    details: int = 0
    margin: int = 0
    """The columns on the right that are not used."""

    def list_widths(self) -> list[int]:
        """Return the widths of the columns that there are."""
        return [width for width in (self.bar, self.took, self.status, self.details) if width]

    def sum_widths(self) -> int:
        """Return the width of all columns, with the gaps before them and the margin."""
        return sum(width + _GAP for width in self.list_widths()) + self.margin


@dataclass(slots=True, eq=False)
class TreeChart:
    """Trees with an `ActivityRow` for each execution and job, below a time axis.

    The bars have the columns that names, durations, statuses and details leave.
    """

    begin: datetime
    end: datetime
    is_live: bool
    """Whether each row is one line, which is truncated at the width of the screen."""
    trees: list[Tree | Text] = field(default_factory=list)
    columns: _Columns = field(default_factory=_Columns)

    @property
    def has_axis(self) -> bool:
        """Return whether the run took long enough for an axis, whose ticks are at least a second apart."""
        return self.measure(self.end) >= 1

    @property
    def span(self) -> TimeSpan:
        """Return the time of the axis."""
        return TimeSpan(0.0, self.measure(self.end), self.begin)

    def measure(self, at: datetime) -> float:
        """Return the seconds from the begin to a time."""
        return (at - self.begin).total_seconds()

    def fit(self, text: Text) -> Text:
        """Return the text, as one line that is truncated at the width of the screen if the chart is live."""
        if self.is_live:
            text.no_wrap, text.overflow = True, "ellipsis"
        return text

    def __rich_console__(self, console: object, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the time axis and the trees."""
        self.columns = self._arrange_columns(options) if self.has_axis else _Columns()
        if self.columns.bar:
            axis = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
            room, date = options.max_width - self.columns.sum_widths(), f"{self.begin:%Y-%m-%d %Z}"
            axis.add_column(width=room)
            axis.add_column(width=self.columns.bar, no_wrap=True)
            axis.add_row(Text(date if len(date) <= room else "", style="dim"), TimeAxis(self.span))
            yield axis
        yield from self.trees

    def _arrange_columns(self, options: ConsoleOptions) -> _Columns:
        """Return the columns for the width there is, without bars if there is no room for them."""
        rows = [found for tree in self.trees if isinstance(tree, Tree) for found in _list_rows(tree, 0)]
        columns = _Columns(
            took=max((len(row.format_took()) for row, _ in rows), default=0),
            status=max((len(row.status) for row, _ in rows), default=0),
        )
        names = max((depth * _INDENT + row.name.cell_len for row, depth in rows), default=0)
        room = options.max_width - columns.sum_widths() - _GAP
        names = max(min(names, room // 2), _LEAST_NAME)
        room -= names
        lengths = [row.join_details().cell_len for row, _ in rows]
        if self.is_live:
            columns.details = min(max(lengths, default=0), max(room // 2 - _GAP, 0))
        else:
            columns.details = max((each for each in lengths if each <= room - _GAP - _LEAST_BAR), default=0)
        room -= columns.details + _GAP if columns.details else 0
        columns.bar = room if options.is_terminal else min(room, _MOST_BAR)
        columns.margin = room - columns.bar
        return columns if columns.bar >= SHORTEST_BAR else _Columns()


def _list_rows(tree: Tree, depth: int) -> Iterator[tuple[ActivityRow, int]]:
    """Yield the rows of the tree, with their depths."""
    if isinstance(tree.label, ActivityRow):
        yield tree.label, depth
    for child in tree.children:
        yield from _list_rows(child, depth + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAttempt:
    """An attempt of an activity; `ended` is the time until which it has run if it has not ended."""

    status: str
    started: datetime
    ended: datetime
    waiting: float = 0.0
    """The seconds at its beginning in which it did not run yet."""


@dataclass(slots=True, eq=False)
class ActivityRow:
    """A row of a tree: an execution or a job, with its status, its time, and details about it.

    Details for which there is no column are on the lines below, or not shown in a live chart.
    """

    chart: TreeChart
    name: Text
    status: str
    started: datetime | None
    ended: datetime
    """The end, or the time until which it has run."""
    details: Sequence[Text] = ()
    attempts: Sequence[RowAttempt] = ()
    """The parts of its bar, if it has several attempts, or one that waited."""

    def __rich_console__(self, console: object, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the row in columns; as words if there is no room for bars."""
        columns, details = self.chart.columns, self.join_details()
        status = Text(self.status, style=find_style(self.status))
        if not columns.bar:
            words = [Text.assemble(self.name, " ", status), Text(self.format_took()), details]
            yield self.chart.fit(_join(words))
            return
        is_beside = self.chart.is_live or details.cell_len <= columns.details
        row = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
        row.add_column(width=options.max_width - columns.sum_widths(), overflow="fold")
        for width in columns.list_widths():
            row.add_column(width=width, no_wrap=True, overflow="ellipsis")
        took = Text(self.format_took(), justify="right")
        cells: list[RenderableType] = [self.chart.fit(self.name), self._draw_bar(), *([took] if columns.took else ())]
        row.add_row(*cells, status, *([details if is_beside else ""] if columns.details else ()))
        yield row
        if not is_beside:
            yield Phrases(Text("  "), *(Text.assemble(detail, "  ") for detail in self.details))

    def join_details(self) -> Text:
        """Return the details as one text."""
        return _join(self.details)

    def format_took(self) -> str:
        """Return the duration; an empty text if it has not started."""
        return format_duration((self.ended - self.started).total_seconds()) if self.started else ""

    def _draw_bar(self) -> RenderableType:
        if self.started is None:
            return ""
        begin, end = self.chart.measure(self.started), self.chart.measure(self.ended)
        if not self.attempts:
            return Bar(self.chart.span, [BarPart(begin, end, find_style(self.status))])
        return Bar(self.chart.span, [BarPart(begin, end, "dim", _DELAY), *self._list_parts()])

    def _list_parts(self) -> Iterator[BarPart]:
        """Yield the parts of the bar: each attempt, with the time that it waited."""
        for attempt in self.attempts:
            begin, end = self.chart.measure(attempt.started), self.chart.measure(attempt.ended)
            running, style = min(begin + attempt.waiting, end), find_style(attempt.status)
            yield BarPart(running, end, style)
            if attempt.waiting:
                yield BarPart(begin, running, style, _WAITING)


def _join(texts: Sequence[Text]) -> Text:
    """Return the texts that are not empty as one text, with two spaces between them."""
    return Text().append(Text("  ").join(filter(None, texts)))
