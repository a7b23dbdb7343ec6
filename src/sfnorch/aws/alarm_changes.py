"""Read the alarms of state machines, and when their states changed.

The alarms of sfnorch's templates are on the sum of several metrics. DescribeAlarmsForMetric does not return such
alarms, so all metric alarms are read, and those on a metric with the dimension `StateMachineArn` are chosen.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html (documented)
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html (documented)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.json_values import find_value, parse_json, read_string

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import AlarmHistoryItemTypeDef, DimensionTypeDef, MetricAlarmTypeDef

_DIMENSION = "StateMachineArn"
_PAGE = 100
_MOST_READ = 5_000
"""The maximum number of alarms that are read: a call returns at most 100 of them."""

_SUMMARY = re.compile(r"Alarm updated from (\w+) to (\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAlarm:
    """An alarm on a metric of a state machine; `actions` are the ARNs of its actions by the state that starts them."""

    name: str
    actions: dict[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStateChange:
    """A change of an alarm's state, the reason, and the ARNs of the actions that the alarm has for the new state."""

    at: datetime
    alarm: str
    before: str
    after: str
    reason: str
    actions: Sequence[str]


def list_machine_alarms(client: CloudWatchClient, machines: Collection[str]) -> list[MachineAlarm]:
    """Return the alarms on metrics of the state machines, which are ARNs, by name."""
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmTypes=["MetricAlarm"], PaginationConfig={"PageSize": _PAGE, "MaxItems": _MOST_READ}
    )
    found = [
        row for page in pages for row in page["MetricAlarms"] if any(arn in machines for arn in _list_machines(row))
    ]
    return [_convert_alarm(row) for row in sorted(found, key=lambda row: row["AlarmName"])]


def read_state_changes(
    client: CloudWatchClient, alarm: MachineAlarm, since: datetime, until: datetime, most: int
) -> list[AlarmStateChange]:
    """Return the first changes of the alarm's state between two times, oldest first, at most so many."""
    pages = client.get_paginator("describe_alarm_history").paginate(
        AlarmName=alarm.name,
        AlarmTypes=["MetricAlarm"],
        HistoryItemType="StateUpdate",
        StartDate=since,
        EndDate=until,
        ScanBy="TimestampAscending",
        PaginationConfig={"PageSize": _PAGE, "MaxItems": most},
    )
    rows = (row for page in pages for row in page["AlarmHistoryItems"])
    return [_convert_change(row, alarm) for row in rows]


def _list_machines(row: MetricAlarmTypeDef) -> Iterator[str]:
    """Yield the ARNs of the state machines whose metrics the alarm is on."""
    dimensions: list[DimensionTypeDef] = [*row.get("Dimensions", ())]
    for query in row.get("Metrics", ()):
        dimensions += query.get("MetricStat", {}).get("Metric", {}).get("Dimensions", ())
    return (each["Value"] for each in dimensions if each["Name"] == _DIMENSION)


def _convert_alarm(row: MetricAlarmTypeDef) -> MachineAlarm:
    actions: dict[str, Sequence[str]] = {
        "ALARM": row.get("AlarmActions", []),
        "OK": row.get("OKActions", []),
        "INSUFFICIENT_DATA": row.get("InsufficientDataActions", []),
    }
    return MachineAlarm(name=row["AlarmName"], actions=actions if row.get("ActionsEnabled") else {})


def _convert_change(row: AlarmHistoryItemTypeDef, alarm: MachineAlarm) -> AlarmStateChange:
    """Return the change; its data is JSON of at most 4,095 characters, which can be cut off, its summary is not."""
    data = parse_json(row.get("HistoryData", ""))
    summary = _SUMMARY.match(row.get("HistorySummary", ""))
    before, after = summary.groups() if summary else ("", "")
    after = read_string(find_value(data, "newState", "stateValue"), after)
    return AlarmStateChange(
        at=row["Timestamp"],
        alarm=alarm.name,
        before=read_string(find_value(data, "oldState", "stateValue"), before),
        after=after,
        reason=read_string(find_value(data, "newState", "stateReason")),
        actions=alarm.actions.get(after, ()),
    )
