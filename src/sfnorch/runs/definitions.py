"""The definitions of deployed state machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfnorch.json_values import Json, read_mapping

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient


def read_definition(client: SFNClient, machine_arn: str) -> dict[str, Json]:
    """Return the current definition of the state machine."""
    return read_mapping(json.loads(client.describe_state_machine(stateMachineArn=machine_arn)["definition"]))


def read_definition_of_execution(client: SFNClient, arn: str) -> dict[str, Json]:
    """Return the definition that an execution has used, which its state machine may no longer have.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html
    """
    return read_mapping(json.loads(client.describe_state_machine_for_execution(executionArn=arn)["definition"]))
