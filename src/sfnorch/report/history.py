"""The recorded executions and job runs of a stack, as text and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from sfnorch.console import Console, Text
from sfnorch.distributions import find_percentile
from sfnorch.durations import format_duration
from sfnorch.report.forecast import format_share
from sfnorch.report.tables import build_table

if TYPE_CHECKING:
    from sfnorch.app.reading_history import MachineHistory, RecordedJob, StackHistory
    from sfnorch.documents.histories import HistoryDocument, JobHistoryData, MachineHistoryData

_FAILED = ("FAILED", "TIMED_OUT")


def convert_history(history: StackHistory, saved: str | None = None) -> HistoryDocument:
    """Return the history as data; `saved` is the file that was written."""
    return {
        "stack": history.stack,
        "since": history.since.isoformat(),
        "machines": [_convert_machine(machine) for machine in history.machines],
        "jobs": [_convert_job(job) for job in history.jobs],
        "missing": list(history.missing),
        "saved": saved,
    }


def _convert_machine(machine: MachineHistory) -> MachineHistoryData:
    return {
        "machine": machine.title,
        "executions": len(machine.statuses),
        "succeeded": machine.count("SUCCEEDED"),
        "failed": machine.count(*_FAILED),
        "aborted": machine.count("ABORTED"),
        "median": _find_percentile(machine.seconds, 50),
        "p90": _find_percentile(machine.seconds, 90),
    }


def _convert_job(job: RecordedJob) -> JobHistoryData:
    found = job.history
    return {
        "job": job.name,
        "runs": found.runs,
        "succeeded": found.succeeded,
        "successRate": found.succeeded / found.runs if found.runs else None,
        "stopped": job.stopped,
        "median": _find_percentile(job.seconds, 50),
        "p90": _find_percentile(job.seconds, 90),
        "workerType": found.worker_type,
        "workers": found.workers,
        "glueVersion": found.glue_version,
        "executionClass": found.execution_class,
        "dpuSeconds": found.dpu_seconds,
    }


def _find_percentile(seconds: Sequence[float], percent: float) -> float | None:
    return find_percentile(seconds, percent) if seconds else None


def print_history(history: StackHistory, console: Console) -> None:
    """Print a table of the state machines and one of the Glue jobs."""
    console.print(f"{history.stack} since {history.since.astimezone():%Y-%m-%d %H:%M}", soft_wrap=True)
    console.print()
    table = build_table("MACHINE", "EXECUTIONS", "SUCCEEDED", "MEDIAN", "P90", has_numbers=True)
    for machine in history.machines:
        count, succeeded = len(machine.statuses), machine.count("SUCCEEDED")
        table.add_row(
            Text(machine.title), f"{count:,}", _format_rate(succeeded, count), *_format_times(machine.seconds)
        )
    console.print(table)
    console.print()
    if not history.jobs:
        console.print("The template has no Glue job that exists.")
    else:
        console.print(_build_job_table(history))
    for name in history.missing:
        console.print_words(Text(f"warning: Glue has no job {name}", style="yellow"))


def _build_job_table(history: StackHistory) -> Table:
    table = build_table("JOB", "RUNS", "SUCCEEDED", "MEDIAN", "P90", "WORKERS", "GLUE", "DPU-SECONDS", has_numbers=True)
    for job in history.jobs:
        found = job.history
        workers = f"{found.workers or ''} {found.worker_type} {'FLEX' if found.execution_class == 'FLEX' else ''}"
        table.add_row(
            Text(job.name),
            f"{found.runs:,}",
            _format_rate(found.succeeded, found.runs),
            *_format_times(job.seconds),
            Text(" ".join(workers.split())),
            Text(found.glue_version),
            "" if found.dpu_seconds is None else f"{found.dpu_seconds:,.0f}",
        )
    return table


def _format_times(seconds: Sequence[float]) -> tuple[str, str]:
    if not seconds:
        return "", ""
    return format_duration(find_percentile(seconds, 50)), format_duration(find_percentile(seconds, 90))


def _format_rate(succeeded: int, count: int) -> Text:
    if not count:
        return Text("")
    style = "" if succeeded == count else "yellow" if succeeded else "bold red"
    return Text(format_share(succeeded / count), style=style)
