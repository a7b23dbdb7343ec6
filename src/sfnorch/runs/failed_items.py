"""The items of a fan-out that failed: their child executions, from the outcome of the parent or their own cause."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sfnorch.aws.map_runs import list_child_executions
from sfnorch.json_values import Json, read_mappings, read_string
from sfnorch.protocol.fan_out import MOST_REPORTED, FanOutVariable, read_failures
from sfnorch.runs.item_failures import list_item_failures
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.kinds.fan_out import read_outcome
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

_FAILED = "FAILED"


def list_reported_items(record: Record) -> list[Node]:
    """Return the items that the outcome of a fan-out reports as failed, each with its child execution.

    A child of a master reports as many as fit into its cause; its variable has all of them.
    """
    reported, kept = read_failures(read_outcome(record)), read_mappings(record.variables.get(FanOutVariable.FAILURES))
    rows = max(reported, list(kept) if record.ended else [], key=len)
    return [
        _make_node(read_string(row.get("execution")), row, read_string(row.get("error")), ended=record.ended)
        for row in rows[:MOST_REPORTED]
    ]


def read_failed_items(client: SFNClient, map_run: str, known: list[Node]) -> Iterator[Node]:
    """Yield items of child executions that failed and are not known, the oldest first; no more than are shown.

    A call lists the executions, and one for each of them gets its cause.
    """
    room = MOST_REPORTED - len(known)
    seen = {node.arn for node in known}
    found: list[str] = []
    rows = list_child_executions(client, map_run, "FAILED", page=MOST_REPORTED)
    for row in islice(rows, room):
        if row["executionArn"] in seen:  # the others are older
            break
        found.append(row["executionArn"])
    for arn in reversed(found):
        described = client.describe_execution(executionArn=arn)
        cause, error = described.get("cause", ""), described.get("error", "")
        for each in list_item_failures(cause, described.get("input", ""), error)[:room]:
            room -= 1
            yield _make_node(
                arn, each.facts, each.error, started=described["startDate"], ended=described.get("stopDate")
            )


def _make_node(
    arn: str, facts: Mapping[str, Json], error: str, *, started: datetime | None = None, ended: datetime | None
) -> Node:
    record = Record(status=_FAILED, started=started, ended=ended, error=error, cause=json.dumps(dict(facts)))
    if job := read_string(facts.get("job")):
        record.jobs.append(
            ExecutedJob(
                name=job,
                glue_name=job,
                started=None,
                status=_FAILED,
                run_id=read_string(facts.get("runId")),
                log_group=read_string(facts.get("logGroup")),
                message=read_string(facts.get("message")),
            )
        )
    return Node(arn=arn, record=record)
