"""Bars as text, as wide as there is room: over time below a time axis with lines at its ticks, and of a length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from rich.console import ConsoleOptions
from rich.measure import Measurement

from sfnorch.console import Text
from sfnorch.report.time_axis import format_tick, list_ticks

SHORTEST_BAR = 8
"""The minimum number of columns for a bar."""

_COLUMNS_OF_TICK = 12
"""About how many columns there are from a tick to the next one, at least."""

_TICK_STYLE = "dim"


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """The time that bars are drawn over: seconds after the start of the run."""

    begin: float
    end: float
    start: datetime | None = None
    """The date and time of the start, for an axis with times of the day; None for times after the start."""

    @property
    def seconds(self) -> float:
        """Return the length of the time."""
        return self.end - self.begin

    def find_column(self, at: float, width: int) -> int:
        """Return the column at which a time begins, on an axis with so many columns; `width` for its end."""
        return round((at - self.begin) / self.seconds * width) if self.seconds > 0 else 0

    def list_columns(self, width: int) -> list[tuple[int, str]]:
        """Return the columns of the ticks of an axis with so many columns, with their labels."""
        most = max(width // _COLUMNS_OF_TICK, 2)
        ticks = list_ticks(self.end, most, self.start)
        return [
            (self.find_column(at, width), format_tick(at, self.start)) for at in ticks if self.begin <= at < self.end
        ]


@dataclass(frozen=True, slots=True)
class _Strip:
    """A line of characters over time: of any width, or one column if there is no time."""

    span: TimeSpan

    def __rich_measure__(self, console: object, options: ConsoleOptions) -> Measurement:
        widest = options.max_width if self.span.seconds > 0 else 1
        return Measurement(min(SHORTEST_BAR, widest), widest)


@dataclass(frozen=True, slots=True)
class TimeAxis(_Strip):
    """The labels of the ticks. The last one ends with the axis if it is too long. One that does not fit is left out."""

    def __rich_console__(self, console: object, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the line."""
        line = ""
        for column, label in self.span.list_columns(options.max_width):
            left = min(column, options.max_width - len(label))
            if left >= len(line) + bool(line):
                line = line.ljust(left) + label
        yield Text(line, style=_TICK_STYLE)


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar, from one time to another, at least one column wide."""

    begin: float
    end: float
    style: str
    character: str = "█"


@dataclass(frozen=True, slots=True)
class Bar(_Strip):
    """A bar of one or several parts, of which later ones cover earlier ones."""

    parts: Sequence[BarPart]

    def __rich_console__(self, console: object, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the line."""
        width = options.max_width
        ticks = {column for column, _ in self.span.list_columns(width) if column}
        cells = [("┊" if column in ticks else " ", _TICK_STYLE) for column in range(width)]
        for part in self.parts:
            left = min(self.span.find_column(part.begin, width), width - 1)
            right = min(max(self.span.find_column(part.end, width), left + 1), width)
            cells[left:right] = [(part.character, part.style)] * (right - left)
        runs = groupby(cells, key=itemgetter(1))
        line = Text.assemble(*(("".join(character for character, _ in run), style) for style, run in runs))
        line.rstrip()
        yield line


@dataclass(frozen=True, slots=True)
class LengthBar:
    """A bar whose length is a share of the width; at least one column if the share is not 0."""

    share: float
    style: str

    def __rich_measure__(self, console: object, options: ConsoleOptions) -> Measurement:
        """Return that the bar has any width."""
        return Measurement(min(SHORTEST_BAR, options.max_width), options.max_width)

    def __rich_console__(self, console: object, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the line."""
        yield Text("█" * (max(1, round(self.share * options.max_width)) if self.share else 0), style=self.style)
