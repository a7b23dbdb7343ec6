"""Delete a stack, and report what prevents it and which resources are left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.aws.operations import call_once
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.aws.stack_events import (
    EventObserver,
    OperationEnd,
    find_operation_in_progress,
    follow_operation,
    prepare_operation,
)
from sfnorch.aws.stacks import Resource, Stack, find_stack, list_resources
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import DeleteStackInputTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The result of a deletion. `left`: resources that could not be deleted or were retained, if the stack remains."""

    ending: OperationEnd
    left: tuple[Resource, ...] = ()

    @property
    def done(self) -> bool:
        """Return whether the stack is deleted."""
        return self.ending.status == "DELETE_COMPLETE"


def delete_stack(
    client: CloudFormationClient,
    stack: Stack,
    audience: EventObserver,
    clock: Clock,
    nonce: Callable[[], str],
    *,
    retain: Sequence[str] = (),
) -> Deletion:
    """Delete the stack, and return the result. A deletion in progress is followed. `retain`: logical ids to retain.

    Raises SfnorchError if the stack is protected, another operation is in progress, or `retain` is not allowed.
    """
    if stack.protected:
        raise SfnorchError(
            f"{stack.name} is protected against deletion",
            hint="`aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name "
            f"{stack.name}` removes the protection",
        )
    if retain and stack.status != "DELETE_FAILED":
        raise SfnorchError(
            f"{stack.name} is {stack.status}: resources can be retained only where deleting them has failed",
            hint="delete without --retain first",
        )
    if stack.in_progress and not stack.status.startswith(("DELETE", "CREATE", "ROLLBACK")):
        raise SfnorchError(
            f"An operation on {stack.name} is in progress: {stack.status}. Nothing was changed",
            hint="follow it with `sfnorch status --follow`, then delete the stack",
        )
    with audience.show_wait("Starting the deletion"):
        if stack.status == "DELETE_IN_PROGRESS":
            operation = find_operation_in_progress(client, stack.id)
        else:
            operation = add_retries(prepare_operation, clock)(client, stack.id, f"sfnorch-delete-{nonce()}")
            asked: DeleteStackInputTypeDef = {"StackName": stack.id, "ClientRequestToken": operation.token}
            if retain:
                asked["RetainResources"] = list(retain)
            error = call_once(client, operation, lambda: client.delete_stack(**asked), clock)
            if error is not None:
                raise error
    ending = follow_operation(client, operation, audience, clock)
    with audience.show_wait("Listing the remaining resources"):
        still = add_retries(find_stack, clock)(client, stack.id)
        rows = add_retries(list_resources, clock)(client, stack.id) if still else ()
    left = tuple(resource for resource in rows if _is_left(resource))
    return Deletion(ending=ending, left=left)


def _is_left(resource: Resource) -> bool:
    return resource.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
