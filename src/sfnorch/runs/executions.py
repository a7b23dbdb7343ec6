"""Find, start, stop and read executions of state machines.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

ARN = re.compile(r"arn:[\w-]+:states:(?P<region>[\w-]+):\d+:execution:(?P<machine>[^:]+):(?P<name>[^:]+)")
NAME = re.compile(r"[0-9A-Za-z_-]{1,80}")
"""Valid names of executions. AWS accepts other characters, but does not log such executions."""

MAX_INPUT_BYTES = 262_144
"""The maximum size of an execution's input in bytes: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""

_SKEW_SECONDS = 5.0
"""How many seconds AWS's clock may be behind the clock of this machine."""

_PAGE = 1000
_NEWS_PAGE = 100


class AlreadyExistsError(SfnorchError):
    """The state machine has or had an execution of this name."""


def read_region(arn: str) -> str:
    """Return the region of an execution's ARN, or an empty text for other values."""
    match = ARN.fullmatch(arn)
    return match["region"] if match else ""


def make_execution_arn(machine_arn: str, name: str) -> str:
    """Return the ARN of the machine's execution of this name."""
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def make_machine_arn(arn: str) -> str:
    """Return the ARN of the state machine of an execution, also of a child execution of a Map run."""
    machine = arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")
    return machine.partition("/")[0]  # before the label of the Map


def read_machine_name(arn: str) -> str:
    """Return the name of the state machine of an execution."""
    match = ARN.fullmatch(arn)
    return match["machine"] if match else arn


def read_execution_name(arn: str) -> str:
    """Return the name of the execution."""
    match = ARN.fullmatch(arn)
    return match["name"] if match else arn


def start_execution(client: SFNClient, machine_arn: str, name: str, given: Mapping[str, object], clock: Clock) -> str:
    """Start an execution, and return its ARN.

    A call whose response is lost is retried: a name starts one execution only. AWS rejects the second call if the first
    execution has ended by then. The ARN of that execution is returned.

    Raises AlreadyExistsError if the state machine has or had another execution of this name, and SfnorchError for an
    input that is too large.
    """
    text = json.dumps(given, ensure_ascii=False)
    if (size := len(text.encode("utf-8", "surrogatepass"))) > MAX_INPUT_BYTES:
        raise SfnorchError(
            f"The input has {size:,} bytes, and an execution's input takes {MAX_INPUT_BYTES:,}",
            hint="put its largest value into an object in S3, such as the items of a fan-out (items: object)",
        )
    begun = clock.now()
    try:
        return add_retries(client.start_execution, clock)(stateMachineArn=machine_arn, name=name, input=text)[
            "executionArn"
        ]
    except ClientError as error:
        if get_error_code(error) != "ExecutionAlreadyExists":
            raise
    arn = make_execution_arn(machine_arn, name)
    if _is_started(client, arn, text, begun, clock):
        return arn
    raise AlreadyExistsError(
        f"An execution named {name} exists already", hint="choose another name; a name can be used again after 90 days"
    )


def _is_started(client: SFNClient, arn: str, text: str, begun: float, clock: Clock) -> bool:
    """Return whether this command started the execution, in a call whose response was lost or that arrived twice.

    Such an execution has the same input and is not older than the call.
    """
    try:
        found = add_retries(client.describe_execution, clock)(executionArn=arn)
    except ClientError:
        return False
    return found.get("input") == text and found["startDate"].timestamp() >= begun - _SKEW_SECONDS


def find_machine(client: SFNClient, arn: str) -> str:
    """Return the ARN of the execution's state machine. Raises SfnorchError if the execution does not exist."""
    if not ARN.fullmatch(arn):
        raise SfnorchError(
            f"{arn!r} is not the ARN of an execution",
            hint="use arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME; `sfnorch status` lists recent executions",
        )
    try:
        return client.describe_execution(executionArn=arn)["stateMachineArn"]
    except ClientError as error:
        if get_error_code(error) == "ExecutionDoesNotExist":
            raise SfnorchError(
                f"The execution {arn} does not exist",
                hint="AWS keeps executions for 90 days; `sfnorch status` lists recent ones, `sfnorch run` starts one",
            ) from None
        raise


def has_execution(client: SFNClient, arn: str, clock: Clock) -> bool:
    """Return whether the execution exists."""
    try:
        add_retries(client.describe_execution, clock)(executionArn=arn)
    except ClientError as error:
        if get_error_code(error) == "ExecutionDoesNotExist":
            return False
        raise
    return True


def find_last_execution(client: SFNClient, machine_arn: str) -> str:
    """Return the ARN of the state machine's newest execution. Raises SfnorchError if it has none."""
    rows = client.list_executions(stateMachineArn=machine_arn, maxResults=1)["executions"]
    if not rows:
        raise SfnorchError("The state machine has no executions", hint="`sfnorch run` starts one")
    return rows[0]["executionArn"]


def stop_execution(client: SFNClient, arn: str, cause: str) -> bool:
    """Stop the execution, and return whether this stopped it: it may have ended before."""
    try:
        if client.describe_execution(executionArn=arn)["status"] != "RUNNING":
            return False
        client.stop_execution(executionArn=arn, error="Stopped", cause=cause)
    except ClientError as error:
        if get_error_code(error) == "ExecutionDoesNotExist":
            return False
        raise
    return True


def read_events_after(client: SFNClient, arn: str, last: int) -> list[HistoryEventTypeDef]:
    """Return the execution's events after the event with this id, oldest first.

    The first call reads all events from the beginning. Later calls read new events only, from the end.
    """
    if not last:
        return list(_read_events(client, arn, _PAGE, backwards=False))
    new: list[HistoryEventTypeDef] = []
    for event in _read_events(client, arn, _NEWS_PAGE, backwards=True):
        if event["id"] <= last:
            break
        new.append(event)
    return new[::-1]


def _read_events(client: SFNClient, arn: str, size: int, *, backwards: bool) -> Iterator[HistoryEventTypeDef]:
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=arn, reverseOrder=backwards, includeExecutionData=True, PaginationConfig={"PageSize": size}
    )
    for page in pages:
        yield from page["events"]
