"""Execute a deployment step by step, and report each step to an observer.

No state is kept on this machine. An interrupted deployment is found in AWS: its change set by the name, its operation
by the token. Both contain the digest of what is deployed.
"""

from __future__ import annotations

from sfnorch.aws.change_sets import ChangeSet
from sfnorch.aws.deployment_outcome import DeploymentOutcome
from sfnorch.aws.recovery import GOOD_ENDS, ROLLBACKS, describe_failed_resources, describe_recovery
from sfnorch.aws.root_cause import FailedResource
from sfnorch.aws.stack_calls import BusyError, StackCalls
from sfnorch.aws.stack_events import Operation, OperationEnd
from sfnorch.aws.stacks import Stack
from sfnorch.aws.steps import DeploymentRequest, Step, StepAction, build_change_set_request, plan_steps
from sfnorch.errors import SfnorchError

_MOST_LOOKS = 5


class Deployment:
    """A deployment to the stack of the calls."""

    def __init__(self, stack: StackCalls) -> None:
        self._stack = stack
        self._onlooker = stack.onlooker
        self._done: list[str] = []

    def run(self, wish: DeploymentRequest, *, execute: bool = True, supersede: bool = False) -> DeploymentOutcome:
        """Deploy the request, and return the result.

        Without `execute`, its change set is kept to be executed later. With `supersede`, older change sets are deleted.
        """
        outcome = self._run(wish, execute=execute)
        if supersede and outcome.end in ("left", "unchanged"):
            self._stack.delete_superseded(outcome.change_set)
        return outcome

    def _run(self, wish: DeploymentRequest, *, execute: bool) -> DeploymentOutcome:
        for _ in range(_MOST_LOOKS):
            stack, operation = self._stack.read_state()
            planned = plan_steps(
                stack,
                self._stack.digest,
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
        raise SfnorchError(f"{self._stack.name} is still in progress: one operation followed another")

    def execute(self, change_set_name: str) -> DeploymentOutcome:
        """Execute the change set with this name, and return the result. Raises SfnorchError if it can't be executed."""
        stack, operation = self._stack.read_state()
        if operation is not None:
            step = plan_steps(stack, self._stack.digest, operation.token)[0]
            if step.verb is not StepAction.FOLLOW:
                raise BusyError(step.says)
            self._onlooker.show_line(step.says)
            return self._create_outcome(self._stack.follow(operation))
        change_set = self._stack.find_change_set(change_set_name)
        if change_set.stack_name != self._stack.name:
            raise SfnorchError(
                f"The change set belongs to the stack {change_set.stack_name}, not to {self._stack.name}"
            )
        if change_set.execution_status == "EXECUTE_COMPLETE":
            return DeploymentOutcome(end="unchanged", stack=stack, change_set=change_set)
        if not change_set.executable:
            raise SfnorchError(
                f"The change set {change_set.name} can't be executed: it is {change_set.status}, "
                f"{change_set.execution_status}" + (f": {change_set.reason}" if change_set.reason else "")
            )
        self._stack.check(change_set)
        self._onlooker.show_change_set(change_set)
        if not self._onlooker.confirm_step(Step(verb=StepAction.REVIEW, question="Deploy these changes?")):
            return DeploymentOutcome(end="declined", stack=stack, change_set=change_set)
        return self._execute_change_set(change_set, own=False)

    def _follow_in_progress(self, step: Step, operation: Operation) -> DeploymentOutcome | None:
        """Follow the operation in progress; return the result of this deployment, or None to read the stack again."""
        if not step.firm:  # otherwise the question says it
            self._onlooker.show_line(step.says)
        if step.question and not self._onlooker.confirm_step(step):
            raise BusyError(step.says)
        ending = self._stack.follow(operation)
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
            failed = self._stack.list_failed_resources(stack, force=step.verb is StepAction.FORCE_ROLLBACK)
            for line in describe_failed_resources(failed):
                self._onlooker.show_line(line)
        if not self._onlooker.confirm_step(step):
            return DeploymentOutcome(end="declined", stack=stack, done=tuple(self._done))
        if step.verb is StepAction.DELETE:
            self._stack.refuse_invalid_template(wish)
        ending = self._stack.recover(step.verb, stack)
        if ending is None:
            return None
        if ending.status not in GOOD_ENDS[step.verb]:
            return DeploymentOutcome(end="failed", stack=self._stack.find_stack(stack.id), ending=ending)
        self._done.append(describe_recovery(step.verb, self._stack.name, failed))
        if step.verb is StepAction.FORCE_ROLLBACK:
            self._onlooker.show_line(
                "The skipped resources can differ from the template of the stack; an update can fail until they match."
            )
        return None

    def _change(self, wish: DeploymentRequest, stack: Stack | None, *, review: Step | None) -> DeploymentOutcome:
        """Create a change set, review and execute it, and return the result. Without a review it is kept."""
        found = self._stack.find_earlier_change_set(reuse=wish.is_reusable) if stack else None
        if found is not None:
            change_set, agreed = found, self._is_confirmed(found, review)
        else:
            request = build_change_set_request(wish, stack, self._stack.create_name())
            with self._stack.create_change_set(request) as change_set:
                agreed = self._is_confirmed(change_set, review)
        if change_set.empty:
            self._stack.delete_change_set(change_set)
            return DeploymentOutcome(end="unchanged", stack=self._stack.find_stack())
        if agreed and review is not None:
            return self._execute_change_set(change_set, own=found is None)
        if agreed:
            stack = self._stack.find_stack()
            return DeploymentOutcome(end="left", stack=stack, change_set=change_set, done=tuple(self._done))
        if found is None:
            self._stack.delete_change_set(change_set)
        return DeploymentOutcome(end="declined", stack=stack, done=tuple(self._done))

    def _is_confirmed(self, change_set: ChangeSet, review: Step | None) -> bool:
        """Show the change set, and return whether it is confirmed. Without a review, no confirmation is needed."""
        if change_set.empty:
            return True
        self._onlooker.show_change_set(change_set)
        return review is None or self._onlooker.confirm_step(review)

    def _execute_change_set(self, change_set: ChangeSet, *, own: bool) -> DeploymentOutcome:
        """Execute the change set, and return the result. `own`: whether this deployment has created it."""
        operation = self._stack.start_change_set(change_set, own=own)
        return self._create_outcome(self._stack.follow(operation, resources=len(change_set.changes)), change_set)

    def _create_outcome(self, ending: OperationEnd, change_set: ChangeSet | None = None) -> DeploymentOutcome:
        well = ending.status in GOOD_ENDS[StepAction.EXECUTE]
        return DeploymentOutcome(
            end="deployed" if well else "failed",
            stack=self._stack.find_stack(),
            change_set=change_set,
            ending=None if well else ending,
        )
