"""A backfill as text (a table of dates, a line for each change, a summary) and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from sfnorch.aws.links import build_execution_link
from sfnorch.console import Console, Text
from sfnorch.durations import format_duration, format_iso_time
from sfnorch.report.progress_bar import format_remaining
from sfnorch.report.tones import find_style
from sfnorch.runs.date_runs import PENDING, DateRun

if TYPE_CHECKING:
    from sfnorch.app.backfilling import BackfillResult
    from sfnorch.documents.backfills import BackfillDocument
    from sfnorch.runs.backfill_progress import FollowedBackfill

_MOST_ROWS, _MOST_LINKS = 100, 20
_MOST_MESSAGE = 200
_WIDTH = 30


def render_backfill(backfill: FollowedBackfill, now: datetime, height: int) -> RenderableType:
    """Return a progress bar and a table of dates, in at most `height` lines: those that run first, then the failed.

    The bar ends with an estimate of the time until all dates have ended.
    """
    total, failed = len(backfill.dates), backfill.select_dates("FAILED")
    succeeded = backfill.select_dates("SUCCEEDED")
    ended = len(succeeded) + len(failed)
    head = Table.grid(padding=(0, 2, 0, 0))
    counts = Text(f"{ended} of {total} dates")
    if failed:
        counts.append(f", {len(failed)} failed", "bold red")
    remaining = format_remaining(backfill.estimate_remaining(now))
    head.add_row(ProgressBar(total=total, completed=ended, width=_WIDTH), counts, remaining)
    running = backfill.select_dates("RUNNING")
    pending = backfill.select_dates(PENDING)
    rows = [*running, *reversed(failed), *reversed(succeeded), *pending]
    return Group(head, _build_table(rows[: max(height - 1, 1)], now, live=True))


def list_changed_lines(changed: Sequence[DateRun]) -> Iterator[Text]:
    """Yield a line for each date that has changed: the time of day, the date, and the new status."""
    for run in changed:
        at = run.ended or run.started
        line = Text.assemble((f"{at.astimezone():%H:%M:%S}  " if at else "", "dim"), (run.date, "bold"), "  ")
        line.append(run.status, find_style(run.status))
        if run.attempt > 1:
            line.append(f"  attempt {run.attempt}", "yellow")
        if reason := _describe_failure(run):
            line.append(f"  {reason}", "dim")
        yield line


def describe_plan(backfill: FollowedBackfill, param: str) -> str:
    """Return a sentence about what a backfill runs, before it starts, and which parameter gets the date."""
    done, total = len(backfill.select_dates("SUCCEEDED")), len(backfill.dates)
    again = sum(1 for run in backfill.select_dates(PENDING) if run.attempt)
    running = len(backfill.select_dates("RUNNING"))
    words = [f"{done} succeeded before" if done else "", f"{again} rerun" if again else ""]
    words += [f"{running} already running" if running else ""]
    details = ", ".join(filter(None, words))
    what = f"{_count_dates(total)} for {f'the parameter {param}' if param else '$run.date'}"
    return f"{what}{f': {details}' if details else ''}."


def print_backfill(result: BackfillResult, console: Console, now: datetime) -> None:
    """Print the table of dates, links to the runs that failed, and what to do next."""
    backfill = result.backfill
    runs = list(backfill.dates.values())
    shown = runs if len(runs) <= _MOST_ROWS else [run for run in runs if run.status != "SUCCEEDED"]
    console.print(_build_table(shown[:_MOST_ROWS], now))
    if (more := len(shown) - _MOST_ROWS) > 0:
        console.print(f"… and {more} more")
    failed = backfill.select_dates("FAILED")
    for run in failed[:_MOST_LINKS]:
        console.print()
        console.print(Text.assemble((run.date, "bold red"), f": {_describe_failure(run)}"), soft_wrap=True)
        console.print(Text(f"  Execution: {build_execution_link(run.execution)}"), soft_wrap=True)
    console.print()
    console.print(_summarize(backfill), soft_wrap=True)
    if backfill.record.error and not failed:
        console.print(Text(f"{backfill.record.error}: {backfill.record.message}"), soft_wrap=True)
    if result.end in ("work_failed", "failed"):
        console.print(Text(f"Continue: {result.command}"), soft_wrap=True)


def convert_backfill(result: BackfillResult) -> BackfillDocument:
    """Return the backfill as data."""
    backfill = result.backfill
    return {
        "execution": backfill.execution or None,
        "status": backfill.status if backfill.ended else "RUNNING",
        "key": backfill.key,
        "succeeded": len(backfill.select_dates("SUCCEEDED")),
        "failed": len(backfill.select_dates("FAILED")),
        "pending": len(backfill.select_dates(PENDING)),
        "dates": [
            {
                "date": run.date,
                "status": run.status,
                "attempt": run.attempt,
                "execution": run.execution or None,
                "started": format_iso_time(run.started),
                "ended": format_iso_time(run.ended),
                "failed": run.failed or None,
                "error": run.error or None,
                "message": run.message or None,
            }
            for run in backfill.dates.values()
        ],
        "command": result.command,
    }


def _build_table(runs: Sequence[DateRun], now: datetime, *, live: bool = False) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("DATE", "STATUS", "ATTEMPT", "TOOK", ""):
        table.add_column(title, header_style="dim", no_wrap=live, overflow="ellipsis" if live else "fold")
    for run in runs:
        took = ""
        if run.started and run.status != PENDING:
            took = format_duration(max(0.0, ((run.ended or now) - run.started).total_seconds()))
        style = "dim" if run.status == PENDING else find_style(run.status)
        attempt = f"{run.attempt}" if run.attempt else ""
        table.add_row(Text(run.date), Text(run.status, style=style), attempt, took, Text(_describe_failure(run)))
    return table


def _describe_failure(run: DateRun) -> str:
    """Return what failed and why, as one line; empty for a date that did not fail."""
    if run.status != "FAILED":
        return ""
    reason = ": ".join(filter(None, (run.error, " ".join(run.message.split()))))
    text = f"{run.failed}  {reason}" if run.failed else reason
    return text if len(text) <= _MOST_MESSAGE else f"{text[:_MOST_MESSAGE]}…"


def _summarize(backfill: FollowedBackfill) -> Text:
    total = len(backfill.dates)
    statuses = {"succeeded": "SUCCEEDED", "failed": "FAILED", "running": "RUNNING", "not started": PENDING}
    counts = {words: len(backfill.select_dates(status)) for words, status in statuses.items()}
    text = Text(f"{counts.pop('succeeded')} of {_count_dates(total)} succeeded")
    for words, count in counts.items():
        if count:
            text.append(f", {count} {words}")
    return text.append(".")


def _count_dates(count: int) -> str:
    return f"{count} date" if count == 1 else f"{count} dates"
