"""Read the error logs of the Glue job runs of an execution.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import explain_error, get_error_code, get_error_message
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.glue_logs import STREAM_PREFIX, build_error_log_group, is_stream_of, list_driver_streams
from sfnorch.protocol.job_list import read_job_run

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_glue.type_defs import JobRunTypeDef
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_logs.type_defs import DescribeLogStreamsResponseTypeDef, OutputLogEventTypeDef

    from sfnorch.runs.job import Attempt, ExecutedJob
    from sfnorch.runs.node import Node
    from sfnorch.runs.run_tree import RunTree

_MISSING = "ResourceNotFoundException"
_REFUSED = ("AccessDeniedException", "InvalidParameterException")
_PAGE = 10_000
_LATE = timedelta(minutes=5)
"""How long after the end of a run its last events can arrive, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """An attempt of a Glue job; `run_id` is empty if Glue did not start it."""

    node: Node
    job: str
    glue_name: str
    run_id: str
    status: str
    message: str = ""
    log_group: str = ""
    """The run's `LogGroupName`; empty if the history does not contain it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """An event of a log stream."""

    at: datetime
    stream: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLog:
    """The error log of a job run: its last events, oldest first, or why it has none."""

    run: JobRun
    log_group: str
    """The run's log group, as Glue reports it, without its suffix; see `build_error_log_group`."""
    events: tuple[LogEvent, ...] = ()
    streams: tuple[str, ...] = ()
    """The log streams that were read."""
    other_streams: tuple[str, ...] = ()
    """The log streams of the executors, if only the driver's were read."""
    cut: bool = False
    """Whether earlier events exist."""
    absent: str = ""
    """Why the run has no log."""
    fault: str = ""
    """Why the log could not be read."""
    hint: str = ""


def list_runs_with_logs(tree: RunTree, *, every: bool = False) -> list[JobRun]:
    """Return the runs of the failed Glue jobs, or all runs, in the order of the tree's executions."""
    nodes = (node for root in tree.roots for node in root.list_nodes())
    return [run for node in nodes for run in _list_runs(node, every=every)]


def _list_runs(node: Node, *, every: bool) -> Iterator[JobRun]:
    for job in node.record.jobs:
        if job.of_glue:
            yield from _list_attempts(node, job, every=every)
    reported = read_job_run(node.record.facts)
    if not node.record.jobs and reported is not None:  # its history is deleted; its parent has reported the run
        job_name, run_id, log_group = reported
        yield JobRun(
            node=node,
            job=job_name,
            glue_name=job_name,
            run_id=run_id,
            status=node.record.status,
            message=node.record.message,
            log_group=log_group,
        )


def _list_attempts(node: Node, job: ExecutedJob, *, every: bool) -> Iterator[JobRun]:
    tries: list[Attempt | ExecutedJob] = [*job.earlier, job] if every else [job] if job.failed else []
    for each in tries:
        if each.run_id or job.failed:
            yield JobRun(
                node=node,
                job=job.name,
                glue_name=job.glue_name,
                run_id=each.run_id,
                status=each.status,
                message=each.message,
                log_group=each.log_group,
            )


@dataclass(slots=True, kw_only=True)
class LogReader:
    """Reads error logs: the last `tail` events of each, or all if `tail` is 0; with `executors` also theirs."""

    logs: CloudWatchLogsClient
    glue: GlueClient
    tail: int = 100
    executors: bool = False
    clock: Clock = field(default_factory=Clock)

    def read(self, run: JobRun) -> ErrorLog:
        """Return the run's error log. Raises botocore's errors, but AccessDenied becomes the log's `fault`."""
        if not run.run_id:
            return ErrorLog(run=run, log_group="", absent="Glue started no run")
        asked = _Description(self, run)
        log_group = run.log_group or asked.log_group
        try:
            return self._read(run, log_group, asked)
        except ClientError as error:
            if get_error_code(error) == _MISSING:
                return ErrorLog(
                    run=run,
                    log_group=log_group,
                    absent=f"{_NO_GROUP.format(build_error_log_group(log_group))}{asked.doubt}",
                )
            told = explain_error(error) if get_error_code(error) in _REFUSED else None
            if told is None:
                raise
            return ErrorLog(run=run, log_group=log_group, fault=told.message, hint=told.hint)

    def _read(self, run: JobRun, log_group: str, asked: _Description) -> ErrorLog:
        errors = build_error_log_group(log_group)
        names = [name for name in self._list_streams(errors, run.run_id) if is_stream_of(name, run.run_id)]
        prefix, window = run.run_id, {}
        if not names and (prefix := asked.get_argument(STREAM_PREFIX)):  # which other runs of the job can share
            names, window = self._list_streams(errors, prefix), asked.window
            names = [name for name in names if run.run_id in name] or names
        drivers = [name for name in names if name in list_driver_streams(prefix)]
        chosen = names if self.executors or not drivers else drivers
        events = [event for name in chosen for event in self._read_events(errors, name, window)]
        events.sort(key=lambda event: event.at)
        return ErrorLog(
            run=run,
            log_group=log_group,
            events=tuple(events[-self.tail :]),
            streams=tuple(chosen),
            other_streams=tuple(name for name in names if name not in chosen),
            cut=0 < self.tail < len(events),
            absent="" if events else f"{(_NO_EVENT if chosen else _NO_STREAM).format(errors)}{asked.doubt}",
        )

    def _list_streams(self, log_group: str, prefix: str) -> list[str]:
        pages = add_retries(self._read_stream_pages, self.clock)(log_group, prefix)
        return [row["logStreamName"] for page in pages for row in page["logStreams"]]

    def _read_stream_pages(self, log_group: str, prefix: str) -> list[DescribeLogStreamsResponseTypeDef]:
        pages = self.logs.get_paginator("describe_log_streams")
        return list(pages.paginate(logGroupName=log_group, logStreamNamePrefix=prefix))

    def _read_events(self, log_group: str, stream: str, window: Mapping[str, int]) -> list[LogEvent]:
        """Return the stream's last events, one more than are shown. Reads from the end; pages can be empty."""
        call = add_retries(self.logs.get_log_events, self.clock)
        most = self.tail + 1 if self.tail else 0
        rows: list[OutputLogEventTypeDef] = []
        token: dict[str, str] = {}
        while not most or len(rows) < most:
            page = call(
                logGroupName=log_group, logStreamName=stream, limit=min(most or _PAGE, _PAGE), **window, **token
            )
            rows = [*page["events"], *rows]
            if page["nextBackwardToken"] == token.get("nextToken"):
                break
            token = {"nextToken": page["nextBackwardToken"]}
        return [
            LogEvent(
                at=datetime.fromtimestamp(row.get("timestamp", 0) / 1000, timezone.utc),
                stream=stream,
                text=row.get("message", ""),
            )
            for row in rows[-most:]
        ]


_NO_GROUP = "the log group {0} does not exist: Glue creates it when a run logs its first error"
_NO_STREAM = "the log group {0} has no log stream of the run: it logged no error, or ended before it could"
_NO_EVENT = "the run's log stream in {0} is empty: it logged no error, or the log group's retention time has passed"


class _Description:
    """Glue's description of a run, read once when the history lacks a value."""

    def __init__(self, reader: LogReader, run: JobRun) -> None:
        self._reader, self._run = reader, run
        self._found: JobRunTypeDef | None = None
        self.doubt = ""
        """The suffix of an error: why Glue's description could not be read."""

    @property
    def log_group(self) -> str:
        """Return the log group of the run, or an empty text."""
        return self._read_description().get("LogGroupName", "")

    def get_argument(self, name: str) -> str:
        """Return an argument of the run, or an empty text."""
        return self._read_description().get("Arguments", {}).get(name, "")

    @property
    def window(self) -> dict[str, int]:
        """Return the time between start and end of the run, as parameters of GetLogEvents."""
        begin, end = self._read_description().get("StartedOn"), self._read_description().get("CompletedOn")
        window = {"startTime": begin, "endTime": end + _LATE if end else None}
        return {key: int(at.timestamp() * 1000) for key, at in window.items() if at}

    def _read_description(self) -> JobRunTypeDef:
        if self._found is None:
            call = add_retries(self._reader.glue.get_job_run, self._reader.clock)
            try:
                self._found = call(JobName=self._run.glue_name, RunId=self._run.run_id)["JobRun"]
            except ClientError as error:
                self._found = {}
                self.doubt = f"; the log group of the run could not be read from Glue: {get_error_message(error)}"
        return self._found
