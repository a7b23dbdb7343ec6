"""The calls of a deployment to one stack: each with its wait on the screen, and its retries.

An operation whose answer is lost is found by its token, which contains the digest of what is deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sfnorch.aws import change_sets
from sfnorch.aws.change_sets import ChangeSet
from sfnorch.aws.deployment_outcome import DeploymentObserver
from sfnorch.aws.errors import explain_error, get_error_code, get_error_message, is_missing, is_transient
from sfnorch.aws.operations import call_once
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.aws.recovery import refuse_force, start_recovery
from sfnorch.aws.root_cause import FailedResource, list_failed_resources
from sfnorch.aws.stack_events import (
    Operation,
    OperationEnd,
    find_operation_in_progress,
    follow_operation,
    prepare_operation,
)
from sfnorch.aws.stacks import Stack, find_stack
from sfnorch.aws.steps import (
    DeploymentRequest,
    StepAction,
    build_change_set_request,
    build_name_prefix,
    build_token,
    find_own_verb,
)
from sfnorch.errors import SfnorchError, extend_error

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import CreateChangeSetInputTypeDef


class BusyError(SfnorchError):
    """Another operation is in progress; nothing was changed."""

    def __init__(self, says: str) -> None:
        super().__init__(
            f"{says} Nothing was changed",
            hint="follow it with `sfnorch status --follow`, then repeat the deployment",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StackCalls:
    """The calls of a deployment to one stack."""

    client: CloudFormationClient
    name: str
    """The name of the stack."""
    digest: str
    """What identifies the change sets and operations of the deployment."""
    onlooker: DeploymentObserver
    clock: Clock
    nonce: Callable[[], str]
    """Returns what makes the names of change sets and operations unique."""
    unprotect: bool = False
    """Whether a protected stack may be deleted to create it again."""
    check: Callable[[ChangeSet], None] = lambda _: None
    """Raises SfnorchError for a change set that must not be executed."""

    def read_state(self) -> tuple[Stack | None, Operation | None]:
        """Return the stack, and its operation in progress."""
        with self.onlooker.show_wait(f"Reading the stack {self.name}"):
            stack = find_stack(self.client, self.name)
            return stack, find_operation_in_progress(
                self.client, stack.id
            ) if stack is not None and stack.in_progress else None

    def find_stack(self, stack_id: str = "") -> Stack | None:
        """Return the current state of the stack; with its ID, also if it is deleted."""
        with self.onlooker.show_wait(f"Reading the stack {self.name}"):
            return add_retries(find_stack, self.clock)(self.client, stack_id or self.name)

    def list_failed_resources(self, stack: Stack, *, force: bool) -> tuple[FailedResource, ...]:
        """Return the resources that could not be rolled back. Raises SfnorchError if boto3 can't `force` a rollback."""
        if force:
            refuse_force(self.client)
        with self.onlooker.show_wait("Listing the resources that could not be rolled back"):
            return list_failed_resources(self.client, stack.id)

    def find_change_set(self, name: str) -> ChangeSet:
        """Return the change set with this name. Raises SfnorchError if it does not exist."""
        try:
            with self.onlooker.show_wait("Reading the change set"):
                return change_sets.describe(self.client, name, self.name)
        except ClientError as error:
            if not is_missing(error):
                raise
            raise SfnorchError(
                f"The change set {name} of the stack {self.name} does not exist",
                hint="a newer review or an execution deleted it; create and review a new change set",
            ) from None

    def find_earlier_change_set(self, *, reuse: bool) -> ChangeSet | None:
        """Return a usable change set of an earlier deployment with the digest, after a wait for it; None without one.

        Change sets of the digest that failed are deleted. Without `reuse`, none is returned.
        """
        prefix = build_name_prefix(self.digest)
        with self.onlooker.show_wait("Listing change sets"):
            change_sets.clear_failed(self.client, self.name, prefix)
            found = change_sets.find_usable(self.client, self.name, prefix) if reuse else ""
        if not found:
            return None
        with self.onlooker.show_wait("Waiting for the change set"):
            return self._wait_for_change_set(found)

    def create_name(self) -> str:
        """Return a new name for a change set of the digest."""
        return f"{build_name_prefix(self.digest)}{self.nonce()}"

    @contextmanager
    def create_change_set(self, request: CreateChangeSetInputTypeDef) -> Iterator[ChangeSet]:
        """Create a change set, wait for it, and yield it. It is deleted if an error or Ctrl-C occurs in the block."""
        with ExitStack() as made:
            with self.onlooker.show_wait("Waiting for the change set"):
                change_set = self._wait_for_change_set(
                    made.enter_context(change_sets.create_change_set(self.client, request, self.clock))
                )
            yield change_set

    def _wait_for_change_set(self, change_set_id: str) -> ChangeSet:
        """Wait for the change set, and return it: executable or empty. Raises SfnorchError if it failed."""
        change_set = change_sets.wait_for_change_set(self.client, change_set_id, self.clock)
        if change_set.executable or change_set.empty:
            self.check(change_set)
            return change_set
        raise change_sets.build_failure(self.client, change_set)

    def start_change_set(self, change_set: ChangeSet, *, own: bool) -> Operation:
        """Execute the change set, and return the operation. `own`: whether this deployment has created it.

        Raises BusyError if another operation is in progress, and SfnorchError if it can't be executed.
        """
        try:
            with self.onlooker.show_wait("Starting the deployment"):
                read = add_retries(prepare_operation, self.clock)
                operation = read(
                    self.client, change_set.stack_id, build_token(self.digest, StepAction.EXECUTE, self.nonce())
                )
        except BaseException:  # Ctrl-C too
            if own:
                self.delete_change_set(change_set)
            raise
        execute, token_ = self.client.execute_change_set, operation.token
        with self.onlooker.show_wait("Starting the deployment"):
            error = call_once(
                self.client,
                operation,
                lambda: execute(ChangeSetName=change_set.id, ClientRequestToken=token_),
                self.clock,
            )
        if error is None:
            return operation
        return self._find_execution_despite_error(operation, change_set, error, own=own)

    def _find_execution_despite_error(
        self, begun: Operation, change_set: ChangeSet, error: BaseException, *, own: bool
    ) -> Operation:
        """Return the operation that executes the change set in spite of an error of the call.

        The status of the change set or the stack's operation shows it. Raises the error, or a more specific one, if
        the change set isn't executed.
        """
        if own and self._is_executing(change_set):
            return begun  # no one else knows the change set; the stack's events lag behind
        if not isinstance(error, ClientError) or not _is_refusal(error):
            if own:
                self.delete_change_set(change_set)
            raise self._create_unknown_error(error) if is_transient(error) else error
        stack = find_stack(self.client, change_set.stack_id)
        operation = find_operation_in_progress(self.client, stack.id) if stack is not None else None
        busy = stack is not None and stack.in_progress
        if operation is not None and busy and find_own_verb(operation.token, self.digest) is StepAction.EXECUTE:
            return operation
        if own:
            self.delete_change_set(change_set)
        if stack is not None and busy:
            raise BusyError(f"An operation on {stack.name} is under way: {stack.status}.") from None
        raise SfnorchError(
            f"The change set {change_set.name} can't be executed: {get_error_message(error)}",
            hint="if someone else changed the stack, repeat the deployment",
        ) from None

    def _create_unknown_error(self, error: BaseException) -> SfnorchError:
        """Return the error for an operation whose start is unknown: the response is lost, and no event shows it."""
        return extend_error(
            explain_error(error),
            f"It is unknown whether the deployment of {self.name} has started",
            hint=f"`sfnorch status --follow --stack-name {self.name}` shows it",
        )

    def _is_executing(self, change_set: ChangeSet) -> bool:
        try:
            now = change_sets.describe(self.client, change_set.id)
        except (ClientError, BotoCoreError):
            return False
        return now.execution_status in ("EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE")

    def recover(self, verb: StepAction, asked: Stack) -> OperationEnd | None:
        """Bring the stack into a state that can be deployed to, and return the operation's result.

        Returns None if the stack has changed since this was confirmed.
        """
        with self.onlooker.show_wait("Starting the operation"):
            stack = find_stack(self.client, asked.id)
            if stack is None or stack.status != asked.status:
                return None
            read = add_retries(prepare_operation, self.clock)
            operation = read(self.client, stack.id, build_token(self.digest, verb, self.nonce()))
            if verb is StepAction.DELETE and stack.protected and self.unprotect:
                self.client.update_termination_protection(StackName=stack.id, EnableTerminationProtection=False)
            start = partial(start_recovery, self.client, verb, stack.id, operation.token)
            error = call_once(self.client, operation, start, self.clock)
        if error is not None:
            raise error
        return self.follow(operation)

    def refuse_invalid_template(self, wish: DeploymentRequest) -> None:
        """Raise CloudFormation's error for an invalid template before a stack is deleted for it."""
        with self.onlooker.show_wait("Validating the template"):
            if wish.url:
                self.client.validate_template(TemplateURL=wish.url)
            else:
                self.client.validate_template(TemplateBody=wish.body)

    def preview_changes(self, wish: DeploymentRequest, stack: Stack) -> ChangeSet:
        """Return the changes of the request, by a change set that is then deleted. Raises SfnorchError if it fails."""
        request = build_change_set_request(wish, stack, f"sfnorch-preview-{self.nonce()}")
        with self.create_change_set(request) as change_set:
            pass
        self.delete_change_set(change_set)
        return change_set

    def delete_superseded(self, newest: ChangeSet | None) -> None:
        """Delete the change sets that are older than the newest one; all of them without one."""
        with self.onlooker.show_wait("Deleting older change sets"):
            change_sets.delete_superseded(self.client, self.name, newest.id if newest else "")

    def delete_change_set(self, change_set: ChangeSet) -> None:
        """Delete the change set. If that fails, report it and continue."""
        try:
            with self.onlooker.show_wait("Deleting the change set"):
                add_retries(change_sets.delete, self.clock)(self.client, change_set.id, change_set.stack_id)
        except (ClientError, BotoCoreError) as error:
            self.onlooker.show_line(
                f"The change set {change_set.name} remains; deleting it failed: {get_error_message(error)}"
            )

    def follow(self, operation: Operation, *, resources: int = 0) -> OperationEnd:
        """Follow the operation until it ends, and return its end. `resources` is their number for its progress."""
        return follow_operation(self.client, operation, self.onlooker, self.clock, resources=resources)


def _is_refusal(error: ClientError) -> bool:
    """Return whether CloudFormation says that the change set, or its stack, is not in a state to be executed."""
    return is_missing(error) or get_error_code(error) in ("InvalidChangeSetStatus", "ValidationError")
