"""The master's notifications: the failed tasks with their messages and links, and the blocked tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Task, jsonata, read_program
from sfnorch.patterns.message import build_notification_state, define_link, define_logs, make_resume_line
from sfnorch.patterns.run_context.states import name_run
from sfnorch.protocol.dag import MASTER
from sfnorch.protocol.states import SharedState

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan

_COUNT = jsonata('$count($failed) & " of " & $count($tasks) & " tasks failed"')
_MASTER = jsonata("$master")


def name_failures() -> Expression:
    """Return the cause of the master's Fail state."""
    return read_program(__package__, "tasks_failed").fill(count=_COUNT)


def build_failure_states(plan: DagPlan, next_state: str) -> tuple[Task, ...]:
    """Return the state `NotifyFailure`, whose failure does not fail the run."""
    failed = {"failedTasks": jsonata("$string([$failed.task])")}
    message = read_program(__package__, "failure_message").fill(
        link=define_link(_MASTER), logs=define_logs(), count=_COUNT, resume=make_resume_line(MASTER), run=name_run(plan)
    )
    return (
        build_notification_state(
            SharedState.NOTIFY_FAILURE, "FAILED", subject=_COUNT, message=message, lists=failed, next_state=next_state
        ),
    )


def build_success_state(plan: DagPlan, next_state: str) -> Task:
    """Return the state `NotifySuccess`, for plans with `notify: always`."""
    subject = jsonata('$count($tasks) & " tasks succeeded"')
    message = read_program(__package__, "success_message").fill(run=name_run(plan))
    return build_notification_state(
        SharedState.NOTIFY_SUCCESS, "SUCCEEDED", subject=subject, message=message, next_state=next_state
    )
