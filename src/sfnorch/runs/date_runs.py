"""The runs of the dates of a backfill: what the executions of the main state machine say of each date.

An execution belongs to a date by its name. Of several attempts, the last one counts.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.polling import Clock, add_retries
from sfnorch.json_values import Json, parse_json, read_mapping
from sfnorch.protocol import dag, fan_out, master_child
from sfnorch.protocol.backfill import PARTS, OutcomeRule, Parts, parse_run_name
from sfnorch.protocol.overlap import LockState

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

_PAGE = 1_000

PENDING = "PENDING"
"""The status of a date that has not started in this backfill."""


@dataclass(slots=True, kw_only=True)
class DateRun:
    """A date of a backfill, and its last run: PENDING, RUNNING, SUCCEEDED or FAILED."""

    date: str
    status: str = PENDING
    attempt: int = 0
    """The number of the last attempt; 0 before the first one."""
    execution: str = ""
    """The ARN of the last attempt."""
    started: datetime | None = None
    ended: datetime | None = None
    failed: str = ""
    """The names of the parts that failed, if they are known."""
    error: str = ""
    message: str = ""


def find_rule(definition: Mapping[str, Json]) -> OutcomeRule:
    """Return with which outputs a run of the main machine with this definition counts as failed."""
    states = read_mapping(definition.get("States"))
    has_items = fan_out.MARK.is_in(definition) and fan_out.FanOutState.ITEMS_FAILED not in states
    return OutcomeRule(_find_parts(definition), LockState.SKIPPED in states, has_items)


def _find_parts(definition: Mapping[str, Json]) -> Parts | None:
    states = read_mapping(definition.get("States"))
    for pattern, mark, ending in (
        ("master-child", master_child.MARK, master_child.MasterState.CHILDREN_FAILED),
        ("dag", dag.MARK, dag.DagState.TASKS_FAILED),
    ):
        if mark.is_in(definition):
            return None if ending in states else PARTS[pattern]
    return None


def read_date_runs(
    client: SFNClient, machine_arn: str, key: str, dates: Collection[str], rule: OutcomeRule, clock: Clock
) -> dict[str, DateRun]:
    """Return the last run of each date that has one, by date.

    The list of executions has their status. The output of one that SUCCEEDED is read if it can count as failed.
    """
    wanted, found = set(dates), dict[str, DateRun]()
    for row in list_execution_rows(client, machine_arn, clock):
        parsed = parse_run_name(row["name"], key)
        if parsed is None or parsed[0] not in wanted:
            continue
        date, attempt = parsed
        if date not in found or found[date].attempt < attempt:
            found[date] = _read_row(row, date, attempt)
    if rule.has_hidden_failures:
        for run in found.values():
            if run.status == "SUCCEEDED":
                _read_output(client, run, rule, clock)
    return found


def list_execution_rows(client: SFNClient, machine_arn: str, clock: Clock) -> Iterator[ExecutionListItemTypeDef]:
    """Yield all executions of a state machine, the newest first."""
    call = add_retries(client.list_executions, clock)
    page = call(stateMachineArn=machine_arn, maxResults=_PAGE)
    while True:
        yield from page["executions"]
        if not (token := page.get("nextToken")):
            return
        page = call(stateMachineArn=machine_arn, maxResults=_PAGE, nextToken=token)


def _read_row(row: ExecutionListItemTypeDef, date: str, attempt: int) -> DateRun:
    status = str(row["status"])
    run = DateRun(
        date=date,
        status=status if status in ("RUNNING", "SUCCEEDED") else "RUNNING" if status == "PENDING_REDRIVE" else "FAILED",
        attempt=attempt,
        execution=row["executionArn"],
        started=row["startDate"],
        ended=row.get("stopDate"),
    )
    if run.status == "FAILED":
        run.error = status
    return run


def _read_output(client: SFNClient, run: DateRun, rule: OutcomeRule, clock: Clock) -> None:
    """Mark the run as failed if its output says so."""
    described = add_retries(client.describe_execution, clock)(executionArn=run.execution)
    if failure := rule.find_failure(parse_json(described.get("output"))):
        run.status, run.error = "FAILED", failure.get("error", "")
        run.failed, run.message = failure.get("failed", ""), failure.get("message", "")
