"""Execute a deployment step by step, and report each step to an observer.

No state is kept on this machine. An interrupted deployment is found in AWS: its change set by the name, its operation
by the token. Both contain the digest of what is deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sfnorch.aws import change_sets
from sfnorch.aws.change_sets import ChangeSet
from sfnorch.aws.deployment_outcome import DeploymentObserver, DeploymentOutcome
from sfnorch.aws.errors import explain_error, get_error_code, get_error_message, is_missing, is_transient
from sfnorch.aws.operations import call_once
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.aws.recovery import (
    GOOD_ENDS,
    ROLLBACKS,
    describe_failed_resources,
    describe_recovery,
    refuse_force,
    start_recovery,
)
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
    Step,
    StepAction,
    build_change_set_request,
    build_name_prefix,
    build_token,
    find_own_verb,
    plan_steps,
)
from sfnorch.errors import SfnorchError, extend_error

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import CreateChangeSetInputTypeDef

_MOST_LOOKS = 5


class BusyError(SfnorchError):
    """Another operation is in progress; nothing was changed."""

    def __init__(self, says: str) -> None:
        super().__init__(
            f"{says} Nothing was changed",
            hint="follow it with `sfnorch status --follow`, then repeat the deployment",
        )


class Deployment:
    """A deployment to a stack.

    `digest` identifies its change sets and operations; `nonce` makes their names unique.

    `unprotect`: whether a protected stack may be deleted to create it again. `check` raises SfnorchError for a change
    set that must not be executed.
    """

    def __init__(
        self,
        client: CloudFormationClient,
        stack_name: str,
        digest: str,
        onlooker: DeploymentObserver,
        clock: Clock,
        nonce: Callable[[], str],
        *,
        unprotect: bool = False,
        check: Callable[[ChangeSet], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._name = stack_name
        self._digest = digest
        self._onlooker = onlooker
        self._clock = clock
        self._nonce = nonce
        self._unprotect = unprotect
        self._check = check
        self._done: list[str] = []

    def run(self, wish: DeploymentRequest, *, execute: bool = True, supersede: bool = False) -> DeploymentOutcome:
        """Deploy the request, and return the result.

        Without `execute`, its change set is kept to be executed later. With `supersede`, older change sets are deleted.
        """
        outcome = self._run(wish, execute=execute)
        if supersede and outcome.end in ("left", "unchanged"):
            with self._onlooker.show_wait("Deleting older change sets"):
                change_sets.delete_superseded(
                    self._client, self._name, outcome.change_set.id if outcome.change_set else ""
                )
        return outcome

    def _run(self, wish: DeploymentRequest, *, execute: bool) -> DeploymentOutcome:
        for _ in range(_MOST_LOOKS):
            stack, operation = self._read_state()
            planned = plan_steps(
                stack,
                self._digest,
                operation.token if operation else "",
                execute=execute,
                retries=wish.express and wish.on_failure == "keep",
                force_rollback=wish.force_rollback,
            )
            outcome = (
                self._follow_in_progress(planned[0], operation)
                if operation
                else self._execute_steps(planned, stack, wish)
            )
            if outcome is not None:
                return outcome
        raise SfnorchError(f"{self._name} is still in progress: one operation followed another")

    def execute(self, change_set_name: str) -> DeploymentOutcome:
        """Execute the change set with this name, and return the result. Raises SfnorchError if it can't be executed."""
        stack, operation = self._read_state()
        if operation is not None:
            step = plan_steps(stack, self._digest, operation.token)[0]
            if step.verb is not StepAction.FOLLOW:
                raise BusyError(step.says)
            self._onlooker.show_line(step.says)
            return self._create_outcome(self._follow(operation))
        change_set = self._find_change_set(change_set_name)
        if change_set.stack_name != self._name:
            raise SfnorchError(f"The change set belongs to the stack {change_set.stack_name}, not to {self._name}")
        if change_set.execution_status == "EXECUTE_COMPLETE":
            return DeploymentOutcome(end="unchanged", stack=stack, change_set=change_set)
        if not change_set.executable:
            raise SfnorchError(
                f"The change set {change_set.name} can't be executed: it is {change_set.status}, "
                f"{change_set.execution_status}" + (f": {change_set.reason}" if change_set.reason else "")
            )
        self._check(change_set)
        self._onlooker.show_change_set(change_set)
        if not self._onlooker.confirm_step(Step(verb=StepAction.REVIEW, question="Deploy these changes?")):
            return DeploymentOutcome(end="declined", stack=stack, change_set=change_set)
        return self._execute_change_set(change_set)

    def _find_change_set(self, name: str) -> ChangeSet:
        """Return the change set with this name. Raises SfnorchError if it does not exist."""
        try:
            with self._onlooker.show_wait("Reading the change set"):
                return change_sets.describe(self._client, name, self._name)
        except ClientError as error:
            if not is_missing(error):
                raise
            raise SfnorchError(
                f"The change set {name} of the stack {self._name} does not exist",
                hint="a newer review or an execution deleted it; create and review a new change set",
            ) from None

    def preview_changes(self, wish: DeploymentRequest, stack: Stack) -> ChangeSet:
        """Return the changes of the request, by a change set that is then deleted. Raises SfnorchError if it fails."""
        with self._create_change_set(
            build_change_set_request(wish, stack, f"sfnorch-preview-{self._nonce()}")
        ) as change_set:
            pass
        self._delete(change_set)
        return change_set

    def _read_state(self) -> tuple[Stack | None, Operation | None]:
        """Return the stack, and its operation in progress."""
        with self._onlooker.show_wait(f"Reading the stack {self._name}"):
            stack = find_stack(self._client, self._name)
            return stack, find_operation_in_progress(
                self._client, stack.id
            ) if stack is not None and stack.in_progress else None

    def _follow_in_progress(self, step: Step, operation: Operation) -> DeploymentOutcome | None:
        """Follow the operation in progress; return the result of this deployment, or None to read the stack again."""
        if not step.firm:  # otherwise the question says it
            self._onlooker.show_line(step.says)
        if step.question and not self._onlooker.confirm_step(step):
            raise BusyError(step.says)
        ending = self._follow(operation)
        return self._create_outcome(ending) if step.verb is StepAction.FOLLOW else None

    def _execute_steps(
        self, planned: list[Step], stack: Stack | None, wish: DeploymentRequest
    ) -> DeploymentOutcome | None:
        """Execute these steps; return the deployment's result, or None to read the stack again."""
        first = planned[0]
        if stack is not None and first.verb is not StepAction.CHANGE_SET:
            return self._execute_recovery_step(first, stack, wish)
        return self._change(
            wish, stack, review=next((step for step in planned if step.verb is StepAction.REVIEW), None)
        )

    def _execute_recovery_step(self, step: Step, stack: Stack, wish: DeploymentRequest) -> DeploymentOutcome | None:
        """Bring the stack into a state that can be deployed to; return None to read it again, or the result."""
        failed: tuple[FailedResource, ...] = ()
        self._onlooker.show_line(step.says)
        if step.verb in ROLLBACKS:
            if step.verb is StepAction.FORCE_ROLLBACK:
                refuse_force(self._client)
            with self._onlooker.show_wait("Listing the resources that could not be rolled back"):
                failed = list_failed_resources(self._client, stack.id)
            for line in describe_failed_resources(failed):
                self._onlooker.show_line(line)
        if not self._onlooker.confirm_step(step):
            return DeploymentOutcome(end="declined", stack=stack, done=tuple(self._done))
        if step.verb is StepAction.DELETE:
            self._refuse_invalid(wish)
        ending = self._recover(step.verb, stack)
        if ending is None:
            return None
        if ending.status not in GOOD_ENDS[step.verb]:
            return DeploymentOutcome(end="failed", stack=self._find_stack(stack.id), ending=ending)
        self._done.append(describe_recovery(step.verb, self._name, failed))
        if step.verb is StepAction.FORCE_ROLLBACK:
            self._onlooker.show_line(
                "The skipped resources can differ from the template of the stack; an update can fail until they match."
            )
        return None

    def _change(self, wish: DeploymentRequest, stack: Stack | None, *, review: Step | None) -> DeploymentOutcome:
        """Create a change set, review and execute it, and return the result. Without a review it is kept."""
        prefix = build_name_prefix(self._digest)
        with self._onlooker.show_wait("Listing change sets"):
            if stack:
                change_sets.clear_failed(self._client, self._name, prefix)
            found = change_sets.find_usable(self._client, self._name, prefix) if stack and wish.is_reusable else ""
        if found:
            with self._onlooker.show_wait("Waiting for the change set"):
                change_set = self._wait_for_change_set(found)
            agreed = self._is_confirmed(change_set, review)
        else:
            request = build_change_set_request(wish, stack, f"{prefix}{self._nonce()}")
            with self._create_change_set(request) as change_set:
                agreed = self._is_confirmed(change_set, review)
        if change_set.empty:
            self._delete(change_set)
            return DeploymentOutcome(end="unchanged", stack=self._find_stack(self._name))
        if agreed and review is not None:
            return self._execute_change_set(change_set, own=not found)
        if agreed:
            stack = self._find_stack(self._name)
            return DeploymentOutcome(end="left", stack=stack, change_set=change_set, done=tuple(self._done))
        if not found:
            self._delete(change_set)
        return DeploymentOutcome(end="declined", stack=stack, done=tuple(self._done))

    def _is_confirmed(self, change_set: ChangeSet, review: Step | None) -> bool:
        """Show the change set, and return whether it is confirmed. Without a review, no confirmation is needed."""
        if change_set.empty:
            return True
        self._onlooker.show_change_set(change_set)
        return review is None or self._onlooker.confirm_step(review)

    @contextmanager
    def _create_change_set(self, request: CreateChangeSetInputTypeDef) -> Iterator[ChangeSet]:
        """Create a change set, wait for it, and yield it. It is deleted if an error or Ctrl-C occurs in the block."""
        with ExitStack() as made:
            with self._onlooker.show_wait("Waiting for the change set"):
                change_set = self._wait_for_change_set(
                    made.enter_context(change_sets.create_change_set(self._client, request, self._clock))
                )
            yield change_set

    def _find_stack(self, name: str) -> Stack | None:
        """Return the current state of the stack."""
        with self._onlooker.show_wait(f"Reading the stack {self._name}"):
            return add_retries(find_stack, self._clock)(self._client, name)

    def _wait_for_change_set(self, change_set_id: str) -> ChangeSet:
        """Wait for the change set, and return it: executable or empty. Raises SfnorchError if it failed."""
        change_set = change_sets.wait_for_change_set(self._client, change_set_id, self._clock)
        if change_set.executable or change_set.empty:
            self._check(change_set)
            return change_set
        raise change_sets.build_failure(self._client, change_set)

    def _execute_change_set(self, change_set: ChangeSet, *, own: bool = False) -> DeploymentOutcome:
        """Execute the change set, and return the result."""
        try:
            with self._onlooker.show_wait("Starting the deployment"):
                read = add_retries(prepare_operation, self._clock)
                operation = read(
                    self._client, change_set.stack_id, build_token(self._digest, StepAction.EXECUTE, self._nonce())
                )
        except BaseException:  # Ctrl-C too
            if own:
                self._delete(change_set)
            raise
        execute, token_ = self._client.execute_change_set, operation.token
        with self._onlooker.show_wait("Starting the deployment"):
            error = call_once(
                self._client,
                operation,
                lambda: execute(ChangeSetName=change_set.id, ClientRequestToken=token_),
                self._clock,
            )
        if error is not None:
            operation = self._find_execution_despite_error(operation, change_set, error, own=own)
        return self._create_outcome(self._follow(operation, resources=len(change_set.changes)), change_set)

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
                self._delete(change_set)
            raise self._create_unknown_error(error) if is_transient(error) else error
        stack = find_stack(self._client, change_set.stack_id)
        operation = find_operation_in_progress(self._client, stack.id) if stack is not None else None
        busy = stack is not None and stack.in_progress
        if operation is not None and busy and find_own_verb(operation.token, self._digest) is StepAction.EXECUTE:
            return operation
        if own:
            self._delete(change_set)
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
            f"It is unknown whether the deployment of {self._name} has started",
            hint=f"`sfnorch status --follow --stack-name {self._name}` shows it",
        )

    def _is_executing(self, change_set: ChangeSet) -> bool:
        try:
            now = change_sets.describe(self._client, change_set.id)
        except (ClientError, BotoCoreError):
            return False
        return now.execution_status in ("EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE")

    def _recover(self, verb: StepAction, asked: Stack) -> OperationEnd | None:
        """Bring the stack into a state that can be deployed to, and return the operation's result.

        Returns None if the stack has changed since this was confirmed.
        """
        with self._onlooker.show_wait("Starting the operation"):
            stack = find_stack(self._client, asked.id)
            if stack is None or stack.status != asked.status:
                return None
            read = add_retries(prepare_operation, self._clock)
            operation = read(self._client, stack.id, build_token(self._digest, verb, self._nonce()))
            if verb is StepAction.DELETE and stack.protected and self._unprotect:
                self._client.update_termination_protection(StackName=stack.id, EnableTerminationProtection=False)
            start = partial(start_recovery, self._client, verb, stack.id, operation.token)
            error = call_once(self._client, operation, start, self._clock)
        if error is not None:
            raise error
        return self._follow(operation)

    def _refuse_invalid(self, wish: DeploymentRequest) -> None:
        """Raise CloudFormation's error for an invalid template before a stack is deleted for it."""
        with self._onlooker.show_wait("Validating the template"):
            if wish.url:
                self._client.validate_template(TemplateURL=wish.url)
            else:
                self._client.validate_template(TemplateBody=wish.body)

    def _delete(self, change_set: ChangeSet) -> None:
        """Delete the change set. If that fails, report it and continue."""
        try:
            with self._onlooker.show_wait("Deleting the change set"):
                add_retries(change_sets.delete, self._clock)(self._client, change_set.id, change_set.stack_id)
        except (ClientError, BotoCoreError) as error:
            self._onlooker.show_line(
                f"The change set {change_set.name} remains; deleting it failed: {get_error_message(error)}"
            )

    def _follow(self, operation: Operation, *, resources: int = 0) -> OperationEnd:
        return follow_operation(self._client, operation, self._onlooker, self._clock, resources=resources)

    def _create_outcome(self, ending: OperationEnd, change_set: ChangeSet | None = None) -> DeploymentOutcome:
        well = ending.status in GOOD_ENDS[StepAction.EXECUTE]
        return DeploymentOutcome(
            end="deployed" if well else "failed",
            stack=self._find_stack(self._name),
            change_set=change_set,
            ending=None if well else ending,
        )


def _is_refusal(error: ClientError) -> bool:
    """Return whether CloudFormation says that the change set, or its stack, is not in a state to be executed."""
    return is_missing(error) or get_error_code(error) in ("InvalidChangeSetStatus", "ValidationError")
