"""A deployment's steps, executed one after another, each step's outcome told to an onlooker.

Nothing of it is kept on this machine. A deployment that was cut off is found again in AWS: its change set by the name,
its operation by the token, both of which bear the digest of what is deployed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from botocore.exceptions import ClientError

from sfnorch.aws import change_sets
from sfnorch.aws.change_sets import ChangeSet
from sfnorch.aws.errors import code, is_missing, message
from sfnorch.aws.hints import hint
from sfnorch.aws.polling import Clock
from sfnorch.aws.stack_events import Audience, Ending, Operation, begin, follow, latest
from sfnorch.aws.stacks import Stack, find_stack
from sfnorch.aws.steps import Step, Verb, Wish, change_set_request, name_prefix, steps, token
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

End = Literal["deployed", "unchanged", "declined", "left", "failed"]

_WELL = {
    Verb.EXECUTE: ("CREATE_COMPLETE", "UPDATE_COMPLETE"),
    Verb.DELETE: ("DELETE_COMPLETE",),
    Verb.ROLL_BACK: ("UPDATE_ROLLBACK_COMPLETE",),
    Verb.CONTINUE_ROLLBACK: ("UPDATE_ROLLBACK_COMPLETE",),
}
_MOST_LOOKS = 5


class Onlooker(Audience, Protocol):
    """Who is told of a deployment, and asked."""

    def says(self, line: str) -> None:
        """Hears what is about to happen."""

    def asks(self, step: Step) -> bool:
        """Whether the step may be taken."""

    def reviews(self, change_set: ChangeSet) -> None:
        """Sees what would change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a deployment ended: `ending` is the operation's that failed."""

    end: End
    stack: Stack | None = None
    change_set: ChangeSet | None = None
    ending: Ending | None = None


class BusyError(SfnorchError):
    """Another operation is under way, and nothing was changed."""

    def __init__(self, says: str) -> None:
        super().__init__(
            f"{says} Nothing was changed",
            hint="`sfnorch status --follow` shows it to its end; deploy again then",
        )


def preview(client: CloudFormationClient, wish: Wish, stack: Stack, clock: Clock, nonce: str) -> ChangeSet:
    """What the wish would change, by a change set that is deleted again. Raises SfnorchError where it fails."""
    request = change_set_request(wish, stack, f"sfnorch-preview-{nonce}")
    return _worked_out(client, client.create_change_set(**request)["Id"], clock, keep=False)


def _worked_out(client: CloudFormationClient, change_set_id: str, clock: Clock, *, keep: bool) -> ChangeSet:
    """The change set once it is worked out; deleted where it failed or isn't to be kept.

    Raises SfnorchError where it failed for another reason than that nothing would change.
    """
    change_set = change_sets.waiting(client, change_set_id, clock)
    if change_set.executable and keep:
        return change_set
    well = change_set.executable or change_set.empty
    faults = "" if well else "\n".join(change_sets.validation_faults(client, change_set))
    change_sets.delete(client, change_set)
    if well:
        return change_set
    raise SfnorchError(
        faults or f"The change set failed: {change_set.reason or change_set.status}", hint=hint(change_set.reason)
    )


class Deployment:
    """A deployment to a stack; `digest` is what its traces are known by, `nonce` makes names that no other bears."""

    def __init__(
        self,
        client: CloudFormationClient,
        stack_name: str,
        digest: str,
        onlooker: Onlooker,
        clock: Clock,
        nonce: Callable[[], str],
    ) -> None:
        self._client = client
        self._name = stack_name
        self._digest = digest
        self._onlooker = onlooker
        self._clock = clock
        self._nonce = nonce

    def run(self, wish: Wish, *, execute: bool = True) -> Outcome:
        """How the deployment of the wish ended. Without `execute` its change set is left to be executed later."""
        for _ in range(_MOST_LOOKS):
            stack, operation = self._look()
            planned = steps(stack, self._digest, operation.token if operation else "", execute=execute)
            outcome = self._take(planned, wish, operation)
            if outcome is not None:
                return outcome
        raise SfnorchError(f"{self._name} is never at rest: operation follows operation")

    def execute(self, change_set_name: str) -> Outcome:
        """How the execution of the change set of this name ended. Raises SfnorchError where it can't be executed."""
        stack, operation = self._look()
        if stack is not None and operation is not None:
            step = steps(stack, self._digest, operation.token)[0]
            if step.verb is not Verb.FOLLOW:
                raise BusyError(step.says)
            self._onlooker.says(step.says)
            return self._outcome(self._follow(operation))
        change_set = change_sets.describe(self._client, change_set_name, self._name)
        if change_set.execution_status == "EXECUTE_COMPLETE":
            return Outcome(end="unchanged", stack=stack, change_set=change_set)
        self._onlooker.reviews(change_set)
        if not self._onlooker.asks(Step(verb=Verb.REVIEW, question="Deploy these changes?")):
            return Outcome(end="declined", stack=stack, change_set=change_set)
        return self._executed(change_set)

    def _look(self) -> tuple[Stack | None, Operation | None]:
        """The stack, and the operation on it that is under way."""
        stack = find_stack(self._client, self._name)
        return stack, latest(self._client, stack.id) if stack is not None and stack.in_progress else None

    def _take(self, planned: list[Step], wish: Wish, operation: Operation | None) -> Outcome | None:
        """How the deployment ended with these steps; None where another look at the stack is needed."""
        change_set: ChangeSet | None = None
        made = False
        for step in planned:
            if step.says and not step.firm:
                self._onlooker.says(step.says)
            if step.verb is Verb.CHANGE_SET:
                change_set, made = self._change_set(wish)
                if change_set.empty:
                    return Outcome(end="unchanged", stack=find_stack(self._client, self._name))
                self._onlooker.reviews(change_set)
            if step.question and not self._onlooker.asks(step):
                if step.firm:
                    raise BusyError(step.says)
                if change_set is not None and made:
                    change_sets.delete(self._client, change_set)
                return Outcome(end="declined")
            if step.verb is Verb.EXECUTE and change_set is not None:
                return self._executed(change_set)
            if operation is not None:
                ending = self._follow(operation)
                return self._outcome(ending) if step.verb is Verb.FOLLOW else None
            if step.verb in (Verb.DELETE, Verb.ROLL_BACK, Verb.CONTINUE_ROLLBACK):
                ending = self._recovered(step.verb)
                if ending.status not in _WELL[step.verb]:
                    return Outcome(end="failed", stack=find_stack(self._client, self._name), ending=ending)
        return Outcome(end="left", stack=find_stack(self._client, self._name), change_set=change_set)

    def _change_set(self, wish: Wish) -> tuple[ChangeSet, bool]:
        """The change set, worked out, and whether it was made just now. Raises SfnorchError where it failed."""
        stack = find_stack(self._client, self._name)
        prefix = name_prefix(self._digest)
        found = change_sets.usable(self._client, self._name, prefix) if stack else ""
        request = change_set_request(wish, stack, f"{prefix}{self._nonce()}")
        change_set_id = found or self._client.create_change_set(**request)["Id"]
        return _worked_out(self._client, change_set_id, self._clock, keep=True), not found

    def _executed(self, change_set: ChangeSet) -> Outcome:
        """How the change set's execution ended."""
        operation = begin(self._client, change_set.stack_id, token(self._digest, Verb.EXECUTE, self._nonce()))
        try:
            self._client.execute_change_set(ChangeSetName=change_set.id, ClientRequestToken=operation.token)
        except ClientError as error:
            if not is_missing(error) and code(error) not in ("InvalidChangeSetStatus", "ValidationError"):
                raise
            change_sets.delete(self._client, change_set)
            stack = find_stack(self._client, change_set.stack_id)
            if stack is not None and stack.in_progress:
                raise BusyError(f"An operation on {stack.name} is under way: {stack.status}.") from None
            raise SfnorchError(
                f"The change set {change_set.name} can't be executed: {message(error)}",
                hint="where the stack was changed by another hand, deploy again",
            ) from None
        return self._outcome(self._follow(operation, resources=len(change_set.changes)), change_set)

    def _recovered(self, verb: Verb) -> Ending:
        """How the operation ended that makes the stack one that can be deployed to."""
        stack = find_stack(self._client, self._name)
        if stack is None:
            return Ending(status="DELETE_COMPLETE")
        operation = begin(self._client, stack.id, token(self._digest, verb, self._nonce()))
        if verb is Verb.DELETE:
            self._client.delete_stack(StackName=stack.id, ClientRequestToken=operation.token)
        elif verb is Verb.ROLL_BACK:
            self._client.rollback_stack(StackName=stack.id, ClientRequestToken=operation.token)
        else:
            self._client.continue_update_rollback(StackName=stack.id, ClientRequestToken=operation.token)
        return self._follow(operation)

    def _follow(self, operation: Operation, *, resources: int = 0) -> Ending:
        return follow(self._client, operation, self._onlooker, self._clock, resources=resources)

    def _outcome(self, ending: Ending, change_set: ChangeSet | None = None) -> Outcome:
        well = ending.status in _WELL[Verb.EXECUTE]
        return Outcome(
            end="deployed" if well else "failed",
            stack=find_stack(self._client, self._name),
            change_set=change_set,
            ending=None if well else ending,
        )
