"""An execution that exists already is this command's own where a call before, whose answer was lost, started it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.errors import SfnorchError
from sfnorch.runs.executions import AlreadyExistsError, start_execution
from tests.replay import Clock

MACHINE = "arn:aws:states:eu-central-1:111122223333:stateMachine:m"
ARN = "arn:aws:states:eu-central-1:111122223333:execution:m:n"
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def start_again(given: str, age: timedelta) -> str:
    """The ARN of an execution whose start is refused, since there is one with this input and of this age."""
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("stepfunctions")
    found = {"executionArn": ARN, "stateMachineArn": MACHINE, "status": "SUCCEEDED", "startDate": NOW - age}
    with Stubber(client) as stubber:
        stubber.add_client_error("start_execution", "ExecutionAlreadyExists", "Execution Already Exists")
        stubber.add_response("describe_execution", {**found, "input": given}, {"executionArn": ARN})
        return start_execution(client, MACHINE, "n", {"a": 1}, Clock(NOW.timestamp()))


def test_an_execution_that_the_lost_call_started():
    assert start_again('{"a": 1}', timedelta(seconds=1)) == ARN


@pytest.mark.parametrize(("given", "age"), [('{"a": 2}', timedelta()), ('{"a": 1}', timedelta(days=1))])
def test_an_execution_of_another_command(given: str, age: timedelta):
    with pytest.raises(AlreadyExistsError, match=r"^An execution named n exists already$"):
        start_again(given, age)


def test_an_input_that_is_too_large_is_not_sent():
    with pytest.raises(SfnorchError, match="The input has 262,157 bytes, and an execution's input takes 262,144"):
        start_execution(None, "arn:aws:states:r:1:stateMachine:m", "n", {"items": ["x" * 262_142]}, Clock(0))  # type: ignore[arg-type]
