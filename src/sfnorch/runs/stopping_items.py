"""Stop the items of a fan-out: the child executions of its Map Run, and their job runs.

Step Functions stops the child executions of an execution that was stopped, and their job runs on a best-effort basis.
So this waits, and stops only what is left. The job runs are found in Glue first: a history is read only if one is left.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html (documented)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.glue_jobs import RUNNING
from sfnorch.aws.map_runs import list_child_executions, read_map_run
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.protocol.fan_out import find_item_jobs
from sfnorch.runs.definitions import read_definition_of_execution
from sfnorch.runs.history import read_whole_record
from sfnorch.runs.node import Node

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_stepfunctions import SFNClient

    from sfnorch.aws.map_runs import ChildStatus

_WAITS, _WAIT_SECONDS = 12, 5.0
_STOPS_A_SECOND = 10.0
"""Calls of StopExecution per second: less than half of the quota in most Regions, which is 25 a second."""
_HISTORIES_A_SECOND = 5.0
_ENDED: tuple[ChildStatus, ...] = ("ABORTED", "TIMED_OUT")
_RUNS_A_CALL = 25


@dataclass(slots=True, kw_only=True)
class StoppedItems:
    """What was stopped: child executions by ARN, job runs as (job, run ID); and what could not be stopped."""

    executions: list[str] = field(default_factory=list)
    job_runs: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def stop_items(stepfunctions: SFNClient, glue: GlueClient, node: Node, cause: str, clock: Clock) -> StoppedItems:
    """Stop the items of an execution that was stopped, and return what this stopped.

    `node` is the execution.
    """
    stopped = StoppedItems()
    for map_run in node.record.map_runs:
        _stop_executions(stepfunctions, map_run, cause, stopped, clock)
    if node.record.map_runs and node.record.started:
        jobs = find_item_jobs(read_definition_of_execution(stepfunctions, node.arn))
        active = {run: job for job in jobs for run in _list_active_runs(glue, job, node.record.started, clock)}
        own = list(_select_own(stepfunctions, node.record.map_runs, active, clock)) if active else []
        for job in dict.fromkeys(jobs):
            _stop_job_runs(glue, job, [run for run in own if active[run] == job], stopped, clock)
    return stopped


def _stop_executions(client: SFNClient, map_run: str, cause: str, stopped: StoppedItems, clock: Clock) -> None:
    """Wait until Step Functions has stopped the child executions, and stop those that it has not."""
    asked: dict[str, None] = {}
    for waited in range(_WAITS):
        running = add_retries(read_map_run, clock)(client, map_run).counts.running
        if not running:
            break
        if waited >= _WAITS // 2:
            left = [row["executionArn"] for row in list_child_executions(client, map_run, "RUNNING", clock)]
            for arn in (arn for arn in left if arn not in asked):
                add_retries(client.stop_execution, clock)(executionArn=arn, error="Stopped", cause=cause)
                clock.sleep(1 / _STOPS_A_SECOND)
                asked[arn] = None
        clock.sleep(_WAIT_SECONDS)
    else:
        stopped.failed.append(f"{running:,} items of {map_run} are still running")
    stopped.executions += asked


def _list_active_runs(client: GlueClient, job: str, since: datetime, clock: Clock) -> Iterator[str]:
    """Yield the IDs of runs of the job that have started since then and have not ended. Glue lists the newest first.

    https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobRuns.html
    """
    token: dict[str, str] = {}
    call = add_retries(client.get_job_runs, clock)
    while True:
        answer = call(JobName=job, MaxResults=200, **token)
        runs = answer.get("JobRuns", [])
        yield from (run["Id"] for run in runs if run["JobRunState"] in RUNNING and run["StartedOn"] >= since)
        token = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
        if not token or any(run["StartedOn"] < since for run in runs):
            return


def _select_own(client: SFNClient, map_runs: list[str], active: dict[str, str], clock: Clock) -> Iterator[str]:
    """Yield the job runs among the active ones that child executions have started, from their histories."""
    left = len(active)
    for map_run in map_runs:
        for status in _ENDED:
            for row in list_child_executions(client, map_run, status, clock):
                record = read_whole_record(client, row["executionArn"], clock)
                found = [job.run_id for job in record.jobs if job.unsettled and job.run_id in active]
                yield from found
                left -= len(found)
                if not left:
                    return
                clock.sleep(1 / _HISTORIES_A_SECOND)


def _stop_job_runs(client: GlueClient, job: str, runs: list[str], stopped: StoppedItems, clock: Clock) -> None:
    for first in range(0, len(runs), _RUNS_A_CALL):
        some = runs[first : first + _RUNS_A_CALL]
        answer = add_retries(client.batch_stop_job_run, clock)(JobName=job, JobRunIds=some)
        errors = {
            row.get("JobRunId", ""): row["ErrorDetail"].get("ErrorMessage", "") for row in answer.get("Errors", ())
        }
        stopped.job_runs += [(job, run) for run in some if run not in errors]
        stopped.failed += [f"{job} {run}: {message}" for run, message in errors.items()]
