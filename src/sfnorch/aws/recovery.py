"""Bring a stack into a state that can be deployed to: delete it, or finish its rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sfnorch.aws.client_support import refuse_old_client
from sfnorch.aws.root_cause import FailedResource
from sfnorch.aws.steps import StepAction

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

GOOD_ENDS = {
    StepAction.EXECUTE: ("CREATE_COMPLETE", "UPDATE_COMPLETE"),
    StepAction.DELETE: ("DELETE_COMPLETE",),
    StepAction.ROLL_BACK: ("UPDATE_ROLLBACK_COMPLETE",),
    StepAction.CONTINUE_ROLLBACK: ("UPDATE_ROLLBACK_COMPLETE",),
    StepAction.FORCE_ROLLBACK: ("UPDATE_ROLLBACK_COMPLETE",),
}
"""The statuses of a stack after each step, unless the step failed."""
ROLLBACKS = (StepAction.CONTINUE_ROLLBACK, StepAction.FORCE_ROLLBACK)
"""The steps for a stack whose rollback failed."""


def start_recovery(client: CloudFormationClient, verb: StepAction, stack_id: str, token: str) -> object:
    """Start the operation of the step, with this token, and return the answer.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
    """
    if verb is StepAction.FORCE_ROLLBACK:
        return client.continue_update_rollback(StackName=stack_id, ClientRequestToken=token, ForceRollback=True)
    calls: dict[StepAction, Callable[..., object]] = {
        StepAction.DELETE: client.delete_stack,
        StepAction.ROLL_BACK: client.rollback_stack,
        StepAction.CONTINUE_ROLLBACK: client.continue_update_rollback,
    }
    return calls[verb](StackName=stack_id, ClientRequestToken=token)


def refuse_force(client: CloudFormationClient) -> None:
    """Raise SfnorchError if the installed boto3 can't force a rollback."""
    parameter, version = "ForceRollback", "1.43.110"
    refuse_old_client(client, "ContinueUpdateRollback", parameter, what="A forced rollback", version=version)


def describe_failed_resources(resources: Iterable[FailedResource]) -> list[str]:
    """Return a line for each resource that could not be rolled back: its path, its type, and the reason of AWS."""
    return [f"  {each.path} ({each.type}): {each.reason or 'no reason reported'}" for each in resources]


def describe_recovery(verb: StepAction, stack_name: str, skipped: Iterable[FailedResource]) -> str:
    """Return what was done to the stack, as the beginning of a sentence."""
    if verb is StepAction.DELETE:
        return f"{stack_name} was deleted"
    paths = ", ".join(each.path for each in skipped) if verb is StepAction.FORCE_ROLLBACK else ""
    return f"{stack_name} was rolled back" + (f" without {paths}" if paths else "")
