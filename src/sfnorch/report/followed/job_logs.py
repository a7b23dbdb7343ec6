"""The error logs of job runs, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.aws.links import build_logs_link
from sfnorch.console import Console, Text
from sfnorch.durations import format_iso_time
from sfnorch.glue_logs import build_error_log_group
from sfnorch.report.tones import find_style
from sfnorch.runs.job_logs import ErrorLog

if TYPE_CHECKING:
    from sfnorch.documents.executions import JobRunLog, LogsDocument


def print_log(log: ErrorLog, names: Mapping[str, str], console: Console) -> None:
    """Print the job run, the place of its log, and the events."""
    run = log.run
    job = f": {run.node.record.reading.noun} {run.job} "
    console.print(Text.assemble((names[run.node.key], "bold"), job, (run.status, find_style(run.status))))
    for line in _list_head_lines(log):
        console.print(Text(f"  {line}"), soft_wrap=True)
    for event in log.events:
        at = f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}  "
        console.print(Text.assemble((at, "dim"), event.text.rstrip("\r\n")), soft_wrap=True)


def _list_head_lines(log: ErrorLog) -> Iterator[str]:
    run = log.run
    yield from run.message.splitlines()
    if run.run_id:
        yield f"Job run: {run.run_id}"
        yield f"Log group: {build_error_log_group(log.log_group)}"
        yield f"Logs: {build_logs_link(run.node.arn, run.run_id, log.log_group)}"
    if log.absent:
        yield f"No log: {log.absent}"
    if log.fault:
        yield "No log: it cannot be read; see the error at the end"
    if log.other_streams:
        yield f"Executors: {len(log.other_streams)} more log streams; pass --executors to print them"
    if log.cut:
        yield f"The last {len(log.events)} events; pass --tail 0 to print all"


def convert_logs(execution: str, logs: Sequence[ErrorLog]) -> LogsDocument:
    """Return the logs as data."""
    return {"execution": execution, "jobRuns": [_convert_log(log) for log in logs]}


def _convert_log(log: ErrorLog) -> JobRunLog:
    return {
        "machine": log.run.node.machine,
        "execution": log.run.node.arn,
        "job": log.run.job,
        "runId": log.run.run_id or None,
        "status": log.run.status,
        "message": log.run.message or None,
        "logGroup": build_error_log_group(log.log_group) if log.run.run_id else None,
        "logStreams": list(log.streams),
        "otherLogStreams": list(log.other_streams),
        "cut": log.cut,
        "error": log.fault or log.absent or None,
        "events": [
            {"timestamp": format_iso_time(event.at), "logStream": event.stream, "message": event.text}
            for event in log.events
        ],
        "item": log.run.node.item or None,
    }
