"""When a redrive does what a resumed fan-out does: no item has failed by itself, and nothing has changed.

A redriven child execution enters the state again that failed. An item whose job failed ended in a Fail state, in which
it would fail again. Items that were stopped, or have not started, continue as they would in a new execution.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html (documented)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.json_values import Json, read_mapping
from sfnorch.protocol.fan_out import FanOutVariable
from sfnorch.protocol.overlap import LockState
from sfnorch.runs.record import Record

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from sfnorch.aws.map_runs import ItemCounts


def explain_new_execution(
    described: DescribeExecutionOutputTypeDef,
    record: Record,
    counts: ItemCounts,
    before: Mapping[str, Json],
    now: Mapping[str, Json],
) -> str:
    """Return why the items run in a new execution; an empty text if a redrive does the same.

    `before` is the definition of the execution, `now` the current one of its state machine.
    """
    if record.status == "SUCCEEDED" or record.variables.get(FanOutVariable.MAP_RUN) is not None:
        return "a redrive would run no item: the execution has continued after its Map Run"
    if counts.failed:
        what = "1 item in its" if counts.failed == 1 else f"{counts.failed:,} items in their"
        return f"a redrive would end {what} Fail state again, without running a job"
    if before != now:
        return "a redrive would use the definition of the execution, and the state machine was changed since"
    if LockState.ACQUIRE_LOCK in read_mapping(now.get("States")):
        return "a redrive would not acquire the lock of the run"
    if described.get("redriveStatus") != "REDRIVABLE":
        reason = described.get("redriveStatusReason")
        return f"Step Functions cannot redrive the execution{f': {reason}' if reason else ''}"
    return ""
