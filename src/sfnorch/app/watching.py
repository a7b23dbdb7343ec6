"""Follow executions until they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sfnorch.app.account import AwsAccount
from sfnorch.app.executions import ExecutionRequest, find_execution
from sfnorch.aws.errors import explain_error
from sfnorch.errors import SfnorchError, extend_error
from sfnorch.protocol.backfill import ERROR as BACKFILL_FAILED
from sfnorch.protocol.fan_out import ERROR as ITEMS_FAILED
from sfnorch.runs.resume import can_resume
from sfnorch.runs.run_tree import Failure, RunChange, RunTree

RunEnd = Literal["succeeded", "work_failed", "failed", "running"]
"""The end of a run: `work_failed` is the failure of a child or a job, `failed` any other failure or an abort."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The state of a run after a poll: all of its executions, and what has changed."""

    tree: RunTree
    """The executions with their jobs."""
    news: tuple[RunChange, ...]
    """The changes since the last poll, each with its execution."""


ShowProgress = Callable[[RunProgress], None]


def ignore_progress(progress: RunProgress) -> None:
    """Do nothing with the event."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that has ended, or that was followed until the timeout."""

    tree: RunTree
    """The executions with their jobs."""

    @property
    def end(self) -> RunEnd:
        """Return how the run has ended; `running` if it has not."""
        if not self.tree.ended:
            return "running"
        if any(root.record.status in ("ABORTED", "TIMED_OUT") for root in self.tree.roots):
            return "failed"
        if not (failures := self.failures):
            return "succeeded"
        return "work_failed" if any(map(self._is_of_work, failures)) else "failed"

    def _is_of_work(self, failure: Failure) -> bool:
        """Return whether a failure is not that of a root execution itself."""
        record = failure.node.record
        is_of_root = any(root is failure.node for root in self.tree.roots)
        reports_work = record.status == "SUCCEEDED" or record.error in (BACKFILL_FAILED, ITEMS_FAILED)
        return bool(failure.job or failure.refused or reports_work) or not is_of_root

    @property
    def failures(self) -> Sequence[Failure]:
        """Return the root causes of the failure, by execution."""
        return self.tree.find_failures()

    @property
    def resumable(self) -> tuple[str, ...]:
        """Return the ARNs of the executions that can be resumed."""
        return tuple(root.arn for root in self.tree.last_roots if can_resume(root))


class NotFollowedError(SfnorchError):
    """The executions continue and are no longer followed: after an error of AWS, or after Ctrl-C."""

    def __init__(self, tree: RunTree, error: SfnorchError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.tree = tree


def watch(
    request: ExecutionRequest,
    account: AwsAccount | None = None,
    *,
    timeout: float | None = None,
    on_event: ShowProgress = ignore_progress,
) -> RunResult:
    """Follow an execution until it ends, as `sfnorch watch` does, and return its result.

    `timeout` is in seconds; the execution itself continues after it. `on_event` gets the state after each poll.

    Raises SfnorchError if the execution does not exist, and NotFollowedError after an error of AWS or Ctrl-C.
    """
    found = find_execution(request, account or AwsAccount())
    return follow_executions([found.arn], found.account, timeout=timeout, on_event=on_event)


def follow_executions(
    arns: Sequence[str],
    account: AwsAccount,
    *,
    timeout: float | None = None,
    on_event: ShowProgress = ignore_progress,
) -> RunResult:
    """Follow executions that were started together until all have ended, and return the result.

    Raises NotFollowedError after an error of AWS or Ctrl-C.
    """
    clock = account.clock
    tree = RunTree(account.session.stepfunctions, list(arns), clock)
    try:
        polls = tree.follow(None if timeout is None else clock.now() + timeout)
        with account.waits("Reading the execution's history"):
            news = next(polls)
        on_event(RunProgress(tree, tuple(news)))
        for news in polls:
            on_event(RunProgress(tree, tuple(news)))
    except Exception as error:
        told = explain_error(error)
        if told is None:
            raise
        raise NotFollowedError(tree, explain_continuation(tree, told)) from None
    except KeyboardInterrupt:
        raise NotFollowedError(tree, explain_continuation(tree, None)) from None
    return RunResult(tree)


def explain_continuation(tree: RunTree, told: SfnorchError | None) -> SfnorchError:
    """Return the error for executions that are no longer followed, with the commands that follow and stop them."""
    arns = [root.arn for root in tree.roots if not root.ended]
    says = "The execution continues in AWS and is no longer followed"
    hint = "; ".join(f"follow it with `sfnorch watch {arn}`, or stop it with `sfnorch stop {arn}`" for arn in arns)
    return extend_error(told, says, hint=hint)
