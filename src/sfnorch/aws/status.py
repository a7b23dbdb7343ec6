"""Read the state of a stack's state machines and alarms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.aws.map_runs import ItemCounts
from sfnorch.aws.stacks import ALARM, MACHINE, Resource, Stack, list_resources
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import MetricAlarmTypeDef
    from types_boto3_stepfunctions import SFNClient

_ALARMS_A_CALL = 100
_DURATION = "ExecutionTime"
_MASTER = "MasterStateMachine"
"""The logical id of the state machine that starts the others, in every stack that has several."""

_BACKFILL = "Backfill"
"""The first word of the logical ids of the state machine for backfills, which runs the main one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineStatus:
    """A state machine of a stack; `title` is its name without the stack's name."""

    logical_id: str
    arn: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastExecution:
    """The newest execution of a state machine."""

    machine: MachineStatus
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
    machines: tuple[MachineStatus, ...]
    executions: tuple[LastExecution, ...]
    alarms: tuple[AlarmState, ...]


def list_machines(client: CloudFormationClient, stack: Stack) -> tuple[MachineStatus, ...]:
    """Return the stack's state machines."""
    return tuple(
        _convert_machine(resource, stack) for resource in _select_resources(list_resources(client, stack.id), MACHINE)
    )


def find_main_machine(found: Sequence[MachineStatus], stack: Stack, name: str = "") -> MachineStatus:
    """Return the state machine with this name, or the master, or the only one that is not for backfills.

    Raises SfnorchError if none matches.
    """
    if not found:
        raise SfnorchError(f"The stack {stack.name} has no state machine")
    known = ", ".join(machine.title for machine in found)
    others = [machine for machine in found if machine.logical_id != f"{_BACKFILL}StateMachine"]
    if name:
        for machine in found:
            names = (machine.title, machine.logical_id, machine.logical_id.removesuffix("StateMachine"), machine.arn)
            if name.lower() in (candidate.lower() for candidate in names):
                return machine
        raise SfnorchError(f"The stack {stack.name} has no state machine {name!r}", hint=f"available: {known}")
    if len(others or found) == 1:
        return (others or found)[0]
    for machine in found:
        if machine.logical_id == _MASTER:
            return machine
    raise SfnorchError(
        f"The stack {stack.name} has several state machines", hint=f"specify one with --machine: {known}"
    )


def find_backfill_machine(found: Sequence[MachineStatus]) -> MachineStatus | None:
    """Return the state machine for backfills; None if the stack has none."""
    return next((machine for machine in found if machine.logical_id == f"{_BACKFILL}StateMachine"), None)


def read_status(
    cloudformation: CloudFormationClient, stepfunctions: SFNClient, cloudwatch: CloudWatchClient, stack: Stack
) -> Status:
    """Return the state of the stack."""
    there = list_resources(cloudformation, stack.id)
    found = tuple(_convert_machine(resource, stack) for resource in _select_resources(there, MACHINE))
    names = [resource.physical_id for resource in _select_resources(there, ALARM)]
    return Status(
        stack=stack,
        machines=found,
        executions=tuple(_list_last_executions(stepfunctions, found)),
        alarms=tuple(_list_alarms(cloudwatch, names, stack)),
    )


def _select_resources(there: Sequence[Resource], kind: str) -> list[Resource]:
    """Return the stack's resources of a type: the master's first, those of backfills last, Child2 before Child10."""
    made = [r for r in there if r.type == kind and r.physical_id and r.status != "DELETE_COMPLETE"]
    return sorted(made, key=_find_place)


def _find_place(resource: Resource) -> tuple[bool, bool, list[tuple[int, str]]]:
    name = resource.logical_id
    return not name.startswith("Master"), name.startswith(_BACKFILL), _build_sort_key(name)


def _build_sort_key(logical_id: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", logical_id)]


def _convert_machine(resource: Resource, stack: Stack) -> MachineStatus:
    name = resource.physical_id.rpartition(":")[2]
    return MachineStatus(
        logical_id=resource.logical_id, arn=resource.physical_id, title=name.removeprefix(f"{stack.name}-")
    )


def _list_last_executions(client: SFNClient, found: Sequence[MachineStatus]) -> Iterator[LastExecution]:
    for machine in found:
        try:
            rows = client.list_executions(stateMachineArn=machine.arn, maxResults=1)["executions"]
        except ClientError as error:
            if get_error_code(error) in ("StateMachineDoesNotExist", "StateMachineTypeNotSupported"):
                continue  # deleted by hand, or an Express state machine, which has no list of executions
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
