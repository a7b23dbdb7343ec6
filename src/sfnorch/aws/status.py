"""Read the state of a stack's state machines and alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.aws.map_runs import ItemCounts
from sfnorch.aws.stack_machines import WITHOUT_EXECUTIONS, DeployedMachine, select_machines, select_resources
from sfnorch.aws.stacks import ALARM, Stack, list_resources

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import MetricAlarmTypeDef
    from types_boto3_stepfunctions import SFNClient

_ALARMS_A_CALL = 100
_DURATION = "ExecutionTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastExecution:
    """The newest execution of a state machine."""

    machine: DeployedMachine
    arn: str
    name: str
    status: str
    started: datetime
    ended: datetime | None
    items: ItemCounts | None = None
    """The numbers of items of a fan-out; None for other patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmDeadline:
    """The deadline or the maximum duration that an alarm watches."""

    seconds: float
    """The seconds after the start of an execution."""
    next_at: datetime | None
    """The next deadline, in the time zone of the schedule; None if there is no schedule, or none that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """An alarm: its name without the stack's name; OK, ALARM or INSUFFICIENT_DATA; since when, and why."""

    title: str
    name: str
    state: str
    since: datetime | None
    reason: str
    has_duration: bool = False
    """Whether the alarm watches how long executions take."""
    deadline: AlarmDeadline | None = None
    """What a run may take, for the alarm of a deadline that the template has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A stack with its state machines, the newest execution of each, and its alarms."""

    stack: Stack
    machines: tuple[DeployedMachine, ...]
    executions: tuple[LastExecution, ...]
    alarms: tuple[AlarmState, ...]


def read_status(
    cloudformation: CloudFormationClient, stepfunctions: SFNClient, cloudwatch: CloudWatchClient, stack: Stack
) -> Status:
    """Return the state of the stack."""
    there = list_resources(cloudformation, stack.id)
    found = select_machines(there, stack)
    names = [resource.physical_id for resource in select_resources(there, ALARM)]
    return Status(
        stack=stack,
        machines=found,
        executions=tuple(_list_last_executions(stepfunctions, found)),
        alarms=tuple(_list_alarms(cloudwatch, names, stack)),
    )


def _list_last_executions(client: SFNClient, found: Sequence[DeployedMachine]) -> Iterator[LastExecution]:
    for machine in found:
        try:
            rows = client.list_executions(stateMachineArn=machine.arn, maxResults=1)["executions"]
        except ClientError as error:
            if get_error_code(error) in WITHOUT_EXECUTIONS:
                continue
            raise
        for row in rows:
            yield LastExecution(
                machine=machine,
                arn=row["executionArn"],
                name=row["name"],
                status=row["status"],
                started=row["startDate"],
                ended=row.get("stopDate"),
            )


def _list_alarms(client: CloudWatchClient, names: Sequence[str], stack: Stack) -> Iterator[AlarmState]:
    for first in range(0, len(names), _ALARMS_A_CALL):
        some = list(names[first : first + _ALARMS_A_CALL])
        answer = client.describe_alarms(AlarmNames=some, AlarmTypes=["MetricAlarm"], MaxRecords=_ALARMS_A_CALL)
        for row in sorted(answer["MetricAlarms"], key=lambda row: some.index(row["AlarmName"])):
            yield AlarmState(
                title=row["AlarmName"].removeprefix(f"{stack.name}-"),
                name=row["AlarmName"],
                state=row["StateValue"],
                since=row.get("StateUpdatedTimestamp"),
                reason=row.get("StateReason", ""),
                has_duration=_DURATION in _list_metric_names(row),
            )


def _list_metric_names(alarm: MetricAlarmTypeDef) -> Iterator[str]:
    yield alarm.get("MetricName", "")
    for query in alarm.get("Metrics", ()):
        if stat := query.get("MetricStat"):
            yield stat["Metric"].get("MetricName", "")
