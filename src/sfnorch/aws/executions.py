"""Executions of state machines: found, started, stopped, described.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sfnorch.aws.errors import code
from sfnorch.aws.polling import Clock, patiently
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

ARN = re.compile(r"arn:[\w-]+:states:(?P<region>[\w-]+):\d+:execution:(?P<machine>[^:]+):(?P<name>[^:]+)")
NAME = re.compile(r"[0-9A-Za-z_-]{1,80}")
"""What an execution may be called; others are taken by AWS, but not logged."""

_TASK = re.compile(r"(.+)-[0-9a-f]{16}")
_SKEW_SECONDS = 5.0
"""How far AWS's clock may be behind this machine's."""

_PAGE = 1000
_NEWS_PAGE = 100


class AlreadyExistsError(SfnorchError):
    """The machine has had an execution of this name."""


def region_of(arn: str) -> str:
    """Return the region that an ARN names; empty for what is no ARN of an execution."""
    match = ARN.fullmatch(arn)
    return match["region"] if match else ""


def execution_arn(machine_arn: str, name: str) -> str:
    """Return the ARN of the machine's execution of this name."""
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def machine_arn(arn: str) -> str:
    """Return the ARN of the machine that an execution is of, by the execution's own."""
    return arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")


def machine_name(arn: str) -> str:
    """Return the name of the machine that an execution is of."""
    match = ARN.fullmatch(arn)
    return match["machine"] if match else arn


def task_name(arn: str) -> str:
    """Return the task that the execution is one of, by its name, which ends in sixteen digits for the run; else empty."""
    match = _TASK.fullmatch(execution_name(arn))
    return match[1] if match and machine_name(arn).endswith("-task") else ""


def execution_name(arn: str) -> str:
    """Return the execution's own name."""
    match = ARN.fullmatch(arn)
    return match["name"] if match else arn


def start(client: SFNClient, machine_arn: str, name: str, given: Mapping[str, Any], clock: Clock) -> str:
    """Return the ARN of the new execution. A call whose answer is lost is made again: of a name, one execution is started.

    The second call is refused where the first one's execution has ended since: then that one is returned.

    Raises AlreadyExistsError where the machine has had an execution of this name.
    """
    text = json.dumps(given, ensure_ascii=False)
    begun = clock.now()
    try:
        return patiently(client.start_execution, clock)(stateMachineArn=machine_arn, name=name, input=text)[
            "executionArn"
        ]
    except ClientError as error:
        if code(error) != "ExecutionAlreadyExists":
            raise
    arn = execution_arn(machine_arn, name)
    if _is_started(client, arn, text, begun, clock):
        return arn
    raise AlreadyExistsError(
        f"There has been an execution {name}", hint="names are free again after 90 days: choose another"
    )


def _is_started(client: SFNClient, arn: str, text: str, begun: float, clock: Clock) -> bool:
    """Return whether the execution was started by this command, in a call whose answer was lost or which came twice.

    It has the same input, and is not older than the call. A name that a person chose may be older.
    """
    try:
        found = patiently(client.describe_execution, clock)(executionArn=arn)
    except ClientError:
        return False
    return found.get("input") == text and found["startDate"].timestamp() >= begun - _SKEW_SECONDS


def machine_of(client: SFNClient, arn: str) -> str:
    """Return the ARN of the machine that the execution is of. Raises SfnorchError where there is none, or none any more."""
    if not ARN.fullmatch(arn):
        raise SfnorchError(
            f"{arn!r} is no ARN of an execution",
            hint="arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME; `sfnorch status` shows the last ones",
        )
    try:
        return client.describe_execution(executionArn=arn)["stateMachineArn"]
    except ClientError as error:
        if code(error) == "ExecutionDoesNotExist":
            raise SfnorchError(
                f"There is no execution {arn}",
                hint="AWS keeps a run's history for 90 days; `sfnorch status` shows the last, `sfnorch run` starts one",
            ) from None
        raise


def last_execution(client: SFNClient, machine_arn: str) -> str:
    """Return the ARN of the machine's execution that was started last. Raises SfnorchError where there is none."""
    rows = client.list_executions(stateMachineArn=machine_arn, maxResults=1)["executions"]
    if not rows:
        raise SfnorchError("The machine has not been started yet", hint="`sfnorch run` starts it")
    return rows[0]["executionArn"]


def stop(client: SFNClient, arn: str, cause: str) -> bool:
    """Whether the execution was stopped; it may have ended before."""
    try:
        if client.describe_execution(executionArn=arn)["status"] != "RUNNING":
            return False
        client.stop_execution(executionArn=arn, error="Stopped", cause=cause)
    except ClientError as error:
        if code(error) == "ExecutionDoesNotExist":
            return False
        raise
    return True


def events_after(client: SFNClient, arn: str, last: int) -> list[HistoryEventTypeDef]:
    """Return the execution's events after the one of this number, in their order.

    At first all are read from the beginning; then only as many as are new, from the end.
    """
    if not last:
        return list(_events(client, arn, _PAGE, backwards=False))
    new: list[HistoryEventTypeDef] = []
    for event in _events(client, arn, _NEWS_PAGE, backwards=True):
        if event["id"] <= last:
            break
        new.append(event)
    return new[::-1]


def _events(client: SFNClient, arn: str, size: int, *, backwards: bool) -> Iterator[HistoryEventTypeDef]:
    pages: Iterable[Any] = client.get_paginator("get_execution_history").paginate(
        executionArn=arn, reverseOrder=backwards, includeExecutionData=True, PaginationConfig={"PageSize": size}
    )
    for page in pages:
        yield from page["events"]
