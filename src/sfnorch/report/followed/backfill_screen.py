"""The output of a backfill while it is followed: live at a terminal, otherwise line by line."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING

from rich.live import Live

from sfnorch.report.followed.backfill import list_changed_lines, render_backfill
from sfnorch.report.waiting import is_terminal, show_spinner

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sfnorch.app.backfilling import BackfillProgress
    from sfnorch.aws.polling import Clock
    from sfnorch.console import Console


class BackfillScreen:
    """Shows the dates of a backfill; without a console, it only shows that it waits.

    The screen is a context manager, which ends the live output after an error too.
    """

    def __init__(self, console: Console | None, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._is_live = is_terminal()
        self._shown: ExitStack | None = None

    def __enter__(self) -> BackfillScreen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown is not None:
            self._shown.close()

    def show(self, progress: BackfillProgress) -> None:
        """Show the dates, or print those that have changed."""
        if self._shown is None:
            self._shown = ExitStack()
            self._begin(progress, self._shown)
        if self._console is not None and not self._is_live:
            for line in list_changed_lines(progress.changed):
                self._console.print_words(line)

    def _begin(self, progress: BackfillProgress, shown: ExitStack) -> None:
        console = self._console

        def render() -> RenderableType:
            height = console.height - 2 if console else 1
            now = datetime.fromtimestamp(self._clock.now(), timezone.utc)
            return render_backfill(progress.backfill, now, height)

        if console is None:
            shown.enter_context(show_spinner("Waiting for the backfill to end"))
        elif self._is_live:
            shown.enter_context(Live(get_renderable=render, console=console, refresh_per_second=2, transient=True))
