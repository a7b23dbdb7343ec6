"""The items of a fan-out that failed: their child executions, from the outcome of the parent or their own cause."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sfnorch.aws.map_runs import list_child_executions
from sfnorch.json_values import Json, find_value, read_mapping, read_mappings, read_string
from sfnorch.protocol.fan_out import MOST_REPORTED, FanOutVariable, read_failures
from sfnorch.runs.events import parse_json
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.kinds.fan_out import read_outcome
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

_FAILED = "FAILED"


def list_reported_items(record: Record) -> list[Node]:
    """Return the child executions that the outcome of a fan-out reports as failed.

    A child of a master reports as many as fit into its cause; its variable has all of them.
    """
    reported, kept = read_failures(read_outcome(record)), read_mappings(record.variables.get(FanOutVariable.FAILURES))
    rows = max(reported, list(kept) if record.ended else [], key=len)
    return [
        _make_node(read_string(row.get("execution")), row, read_string(row.get("error")), ended=record.ended)
        for row in rows[:MOST_REPORTED]
    ]


def read_failed_items(client: SFNClient, map_run: str, known: list[Node]) -> Iterator[Node]:
    """Yield child executions that failed and are not known, the oldest first; no more than are shown.

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
        facts = read_mapping(parse_json(cause))
        if not facts:
            facts = {"item": _name_item(described.get("input", "")), "message": cause}
        yield _make_node(arn, facts, error, started=described["startDate"], ended=described.get("stopDate"))


def _name_item(given: str) -> str:
    """Return the item in the input of an execution as a text."""
    item = find_value(parse_json(given), "item")
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


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
