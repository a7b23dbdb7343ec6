"""A progress bar at a terminal, with an estimate of the time until the work ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from sfnorch.report.waiting import has_debug_logging, is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress

    from sfnorch.console import Text

ShowProgress = Callable[[int, int], None]
"""Shows how much is done, and how much there is."""

_MOMENT = 0.5
"""The seconds after which a bar is shown: short work shows none."""

_NARROW = 60
"""The columns of a terminal below which only the numbers are shown: rich would cut them off."""

_BETWEEN = 0.1
"""The seconds between two changes of a bar."""


@contextmanager
def show_progress_bar(
    words: str, *, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic
) -> Iterator[ShowProgress]:
    """Yield a function that shows a bar with the words, from its first call on. Erase the bar after the block.

    The bar is shown on standard error if that is a terminal, and not with `--debug`. No thread draws it, so that the
    block can start copies of the process. From the first call on, the block must neither print nor prompt.
    """
    stream = sys.stderr if stream is None else stream
    if not is_terminal(stream) or has_debug_logging():
        yield lambda done, total: None
        return
    bar = _Bar(words, stream, now)
    try:
        yield bar.show
    finally:
        bar.stop()


def format_remaining(seconds: float | None) -> Text:
    """Return an estimate of the remaining time as a bar shows it; dashes for an unknown one."""
    from sfnorch.console import Text

    if seconds is None:
        return Text("-:--:--", style="progress.remaining")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return Text(f"{hours}:{minutes:02}:{rest:02}", style="progress.remaining")


class _Bar:
    """A bar that is created when the work takes longer than a moment."""

    def __init__(self, words: str, stream: TextIO, now: Callable[[], float]) -> None:
        self._words, self._stream, self._now = words, stream, now
        self._due = now() + _MOMENT
        self._progress: Progress | None = None

    def show(self, done: int, total: int) -> None:
        """Show how much is done, unless the bar has changed a moment ago, or all is done before it is shown."""
        if self._now() < self._due or (self._progress is None and done >= total):
            return
        self._due = self._now() + _BETWEEN
        if self._progress is None:
            self._progress = self._start(total)
        self._progress.update(self._progress.task_ids[0], completed=done, total=total)
        self._progress.refresh()

    def _start(self, total: int) -> Progress:
        # commands that end soon do not import these modules
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from sfnorch.console import Console
        from sfnorch.printable import make_printable_line

        console = Console(file=self._stream)
        columns = [TextColumn("{task.description}", markup=False), BarColumn()]
        numbers = [MofNCompleteColumn(), TimeRemainingColumn()]
        progress = Progress(
            *(numbers if console.width < _NARROW else [*columns, *numbers]),
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        progress.add_task(make_printable_line(self._words), total=total)
        progress.start()
        return progress

    def stop(self) -> None:
        """Erase the bar."""
        if self._progress is not None:
            self._progress.stop()
