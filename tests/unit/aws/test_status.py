"""The state of a stack: its state machines, their newest executions, its alarms."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from sfnorch.aws.stack_machines import DeployedMachine, find_backfill_machine, find_main_machine
from sfnorch.aws.stacks import Stack
from sfnorch.aws.status import AlarmState, LastExecution, Status, read_status

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
STACK = Stack(id="arn:stack/etl/1", name="etl", status="CREATE_COMPLETE")
PREFIX = "arn:aws:states:eu-central-1:111122223333"


def stubbed(service: str) -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client(service)  # type: ignore[call-overload]
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def resource(logical_id: str, kind: str, physical_id: str, state: str = "CREATE_COMPLETE") -> dict[str, Any]:
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": f"AWS::{kind}",
        "ResourceStatus": state,
        "LastUpdatedTimestamp": AT,
    }


def machine(logical_id: str, title: str, state: str = "CREATE_COMPLETE") -> dict[str, Any]:
    return resource(logical_id, "StepFunctions::StateMachine", f"{PREFIX}:stateMachine:etl-{title}", state)


def read(executions: list[Any], *rows: dict[str, Any], alarms: list[dict[str, Any]] | None = None) -> Status:
    """The state of the stack with these resources, where the newest executions of its machines are these."""
    cloudformation, stubber = stubbed("cloudformation")
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": list(rows)}, {"StackName": STACK.id})
    stepfunctions, stubber = stubbed("stepfunctions")
    for execution in executions:
        if isinstance(execution, str):
            stubber.add_client_error("list_executions", execution)
        else:
            stubber.add_response("list_executions", {"executions": execution})
    cloudwatch, stubber = stubbed("cloudwatch")
    if alarms is not None:
        stubber.add_response("describe_alarms", {"MetricAlarms": alarms})
    return read_status(cloudformation, stepfunctions, cloudwatch, STACK)


def test_all_of_a_stack():
    execution = {
        "executionArn": f"{PREFIX}:execution:etl-master:e1",
        "stateMachineArn": f"{PREFIX}:stateMachine:etl-master",
        "name": "e1",
        "status": "FAILED",
        "startDate": AT,
        "stopDate": AT,
    }
    found = read(
        [[execution], []],
        machine("OrdersStateMachine", "orders"),
        machine("MasterStateMachine", "master"),
        machine("GoneStateMachine", "gone", "DELETE_COMPLETE"),
        resource("OrdersAlarm", "CloudWatch::Alarm", "etl-orders-failed"),
        resource("Topic", "SNS::Topic", "arn:topic"),
        alarms=[{"AlarmName": "etl-orders-failed", "StateValue": "ALARM", "StateReason": "why", "StateUpdatedTimestamp": AT}],
    )  # fmt: skip
    master = DeployedMachine(logical_id="MasterStateMachine", arn=f"{PREFIX}:stateMachine:etl-master", title="master")
    orders = DeployedMachine(logical_id="OrdersStateMachine", arn=f"{PREFIX}:stateMachine:etl-orders", title="orders")
    arn = f"{PREFIX}:execution:etl-master:e1"
    assert found == Status(
        stack=STACK,
        machines=(master, orders),
        executions=(LastExecution(machine=master, arn=arn, name="e1", status="FAILED", started=AT, ended=AT),),
        alarms=(AlarmState(title="orders-failed", name="etl-orders-failed", state="ALARM", since=AT, reason="why"),),
    )


@pytest.mark.parametrize("code", ["StateMachineDoesNotExist", "StateMachineTypeNotSupported"])
def test_a_machine_without_a_list_of_executions_is_passed_over(code: str):
    assert read([code], machine("A", "a")).executions == ()


def test_another_error_is_raised():
    with pytest.raises(ClientError, match="AccessDenied"):
        read(["AccessDeniedException"], machine("A", "a"))


def found_machines(*logical_ids: str) -> list[DeployedMachine]:
    return [DeployedMachine(logical_id=name, arn=f"arn:{name}", title=name.lower()) for name in logical_ids]


def test_the_machine_for_backfills_is_not_the_main_one():
    flow = found_machines("StateMachine", "BackfillStateMachine")
    assert find_main_machine(flow, STACK) == flow[0]
    assert find_backfill_machine(flow) == flow[1]
    assert find_main_machine(flow, STACK, "backfill") == flow[1]
    children = found_machines("MasterStateMachine", "BackfillStateMachine", "OrdersStateMachine")
    assert find_main_machine(children, STACK) == children[0]
    assert find_backfill_machine(children[:1]) is None
    alone = found_machines("BackfillStateMachine")
    assert find_main_machine(alone, STACK) == alone[0]


def test_the_machine_for_backfills_is_the_last_one():
    status = read([[], []], machine("BackfillStateMachine", "backfill"), machine("StateMachine", "flow"))
    assert [each.title for each in status.machines] == ["flow", "backfill"]
