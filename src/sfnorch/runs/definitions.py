"""The definitions of deployed state machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient


def read_definition(client: SFNClient, machine_arn: str) -> dict[str, Any]:
    """Return the current definition of the state machine."""
    parsed = json.loads(client.describe_state_machine(stateMachineArn=machine_arn)["definition"])
    return parsed if isinstance(parsed, dict) else {}
