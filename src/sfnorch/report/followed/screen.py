"""The output of an execution while it is followed: live at a terminal, otherwise line by line."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING

from rich.live import Live

from sfnorch.report.followed.news import list_news_lines
from sfnorch.report.followed.titles import build_titles
from sfnorch.report.followed.tree import render_tree
from sfnorch.report.waiting import is_terminal, show_spinner

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sfnorch.app.watching import RunProgress
    from sfnorch.aws.polling import Clock
    from sfnorch.console import Console


class RunScreen:
    """Shows the executions of a run; without a console, it only shows that it waits.

    The screen is a context manager, which ends the live output after an error too.
    """

    def __init__(self, console: Console | None, stack_name: str, clock: Clock) -> None:
        self._console = console
        self._stack_name = stack_name
        self._clock = clock
        self._is_live = is_terminal()
        self._shown: ExitStack | None = None

    def __enter__(self) -> RunScreen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown is not None:
            self._shown.close()

    def show(self, progress: RunProgress) -> None:
        """Show the state of the run, or print what has changed."""
        if self._shown is None:
            self._shown = ExitStack()
            self._begin(progress)
        if self._console is not None and not self._is_live:
            for line in list_news_lines(progress.news, build_titles(progress.tree, self._stack_name)):
                self._console.print_words(line)

    def _begin(self, progress: RunProgress) -> None:
        assert self._shown is not None  # noqa: S101 - `show` sets it
        console, tree = self._console, progress.tree

        def render() -> RenderableType:
            height = console.height - 1 if console else None
            now = datetime.fromtimestamp(self._clock.now(), timezone.utc).astimezone()
            return render_tree(tree, build_titles(tree, self._stack_name), now, height=height)

        if console is None:
            self._shown.enter_context(show_spinner("Waiting for the execution to end"))
        elif self._is_live:
            self._shown.enter_context(
                Live(get_renderable=render, console=console, refresh_per_second=2, transient=True)
            )
