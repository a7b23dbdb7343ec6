"""The executions and job runs of a simulated run as bars over time, as text."""

from __future__ import annotations

from rich.table import Table

from sfnorch.console import Console, Text
from sfnorch.durations import format_duration
from sfnorch.report.bars import Bar, BarPart, TimeAxis, TimeSpan
from sfnorch.report.simulated.map_runs import count_statuses, find_end, has_failures, is_large, list_large_map_runs
from sfnorch.report.skipped_runs import find_shown_status
from sfnorch.report.tones import find_style
from sfnorch.simulator.record import Execution, JobRunRecord, MapRunRecord, Run

MOST_ROWS = 200


def print_chart(run: Run, console: Console) -> None:
    """Print a time axis, and a bar for each execution with bars for its job runs below it."""
    end = max(run.cut_off or 0.0, *(_find_end(execution) for execution in run.executions))
    span = TimeSpan(run.first.started, end)
    jobs: dict[str, list[JobRunRecord]] = {}
    hidden = {execution.arn for execution in run.executions if is_large(execution.map_run)}
    for job in run.job_runs:
        if job.execution not in hidden:
            jobs.setdefault(job.execution, []).append(job)
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    for is_whole in (False, False, True, True):
        table.add_column(overflow="fold", no_wrap=is_whole)
    if span.seconds > 0:
        table.add_row("", TimeAxis(span))
    rows = 0
    within = {map_run.execution: map_run for map_run in list_large_map_runs(run)}
    for execution in list_shown(run):
        if rows > MOST_ROWS:
            break
        name = Text(execution.item or execution.title, style="bold")
        _add_row(table, name, execution, find_shown_status(execution.status, execution.output), span, run.cut_off)
        if found := within.get(execution.arn):
            _add_map_run(table, found, span)
        for job in jobs.get(execution.arn, ()):
            _add_row(table, Text(f"  {job.job}"), job, job.status, span, run.cut_off)
            rows += 1
        rows += 1
    console.print()
    console.print(table)
    if rows > MOST_ROWS:
        console.print(f"… and more: {len(run.executions)} executions, {len(run.job_runs)} job runs")


def list_shown(run: Run) -> list[Execution]:
    """Return the executions without those of large Map runs."""
    return [execution for execution in run.executions if not is_large(execution.map_run)]


def _add_map_run(table: Table, map_run: MapRunRecord, span: TimeSpan) -> None:
    """Add the row of a Map run whose executions have no rows."""
    style, end = find_style("FAILED" if has_failures(map_run) else "SUCCEEDED"), find_end(map_run)
    took = Text(format_duration(end - map_run.started), justify="right")
    status = Text(count_statuses(map_run), style=style)
    table.add_row(Text(f"  {map_run.title}"), Bar(span, [BarPart(map_run.started, end, style)]), took, status)


def _add_row(
    table: Table, name: Text, activity: Execution | JobRunRecord, status: str, span: TimeSpan, cut_off: float | None
) -> None:
    ended = cut_off if activity.ended is None and cut_off is not None else _find_end(activity)
    style = find_style(status)
    took = Text(format_duration(ended - activity.started), justify="right")
    table.add_row(name, Bar(span, [BarPart(activity.started, ended, style)]), took, Text(status, style=style))


def _find_end(activity: Execution | JobRunRecord) -> float:
    return activity.started if activity.ended is None else activity.ended
