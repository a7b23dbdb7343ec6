"""The numbers of items of an execution of a fan-out, without its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.aws.map_runs import ItemCounts, find_map_run, read_map_run
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.json_values import parse_json
from sfnorch.protocol.fan_out import read_counts
from sfnorch.runs.definitions import read_definition
from sfnorch.runs.kinds.fan_out import FAN_OUT, convert_counts

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient


def read_item_counts(client: SFNClient, machine_arn: str, arn: str, clock: Clock) -> ItemCounts | None:
    """Return the numbers of items of the execution; None if its state machine is not a fan-out, or none has started."""
    if not FAN_OUT.mark.is_in(read_definition(client, machine_arn)):
        return None
    described = add_retries(client.describe_execution, clock)(executionArn=arn)
    counts = convert_counts(read_counts(parse_json(described.get("output") or described.get("cause"))))
    if counts is not None:
        return counts
    map_run = add_retries(find_map_run, clock)(client, arn)
    return add_retries(read_map_run, clock)(client, map_run).counts if map_run else None
