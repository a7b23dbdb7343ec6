"""The failure of a step: the object that its Catch saves, the alarm, the notification, and the flat cause.

The object is `{step, error, message}`, with `runId` and `logGroup` if a job run failed, and with `at`, the top-level
step at which a run is resumed. If a step of on_error fails, its message includes the failure that it handled. Causes
are searched and not parsed, because an error in a Catch is not caught.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Fail, Task, jsonata, read_program
from sfnorch.patterns.causes import find_nested_log_group, find_run_id, unquote
from sfnorch.patterns.job_failure import MESSAGE_LENGTH, build_raise_alarm_state
from sfnorch.patterns.message import OWN_EXECUTION, build_notification_state, define_link, define_logs, make_resume_line
from sfnorch.patterns.run_context.states import name_run
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.flow import ERROR, MACHINE, FlowState
from sfnorch.protocol.states import SharedState

if TYPE_CHECKING:
    from sfnorch.patterns.kinds.scope import FlowScope
    from sfnorch.plan.models.flow import FlowPlan

_CAUSE = jsonata('[Cause, ""][0]')


def describe_caught_failure(step: str, scope: FlowScope) -> Expression:
    """Return the expression for the failure of a step, for its Catch."""
    message = unquote(read_program(__package__, "message_in_cause").fill())
    if scope.handled:  # the new failure uses at most half of the message, which leaves space for the failure before
        message = read_program(__package__, "handled_message").fill(
            message=message, half=MESSAGE_LENGTH // 2, handled=Expression(f"${scope.handled}")
        )
    members = jsonata('"step": [$within[0], <<step>>][0],', step=step)
    if scope.top:
        members = jsonata('<{members}> "at": <<step>>,', members=members, step=scope.at or step)
    return read_program(__package__, "caught_failure").fill(
        members=members,
        run_id=find_run_id(_CAUSE),
        log_group=find_nested_log_group(_CAUSE),
        message=message,
        length=MESSAGE_LENGTH,
    )


def build_several_failed_state(name: str, what: str) -> Fail:
    """Return the Fail state of a step with failed branches or items: its cause has the first one and all messages."""
    cause = read_program(__package__, "several_failed").fill(what=f" {what} failed: ", length=MESSAGE_LENGTH)
    return Fail(name=name, error=ERROR, cause=cause)


def fail_within(name: str) -> Fail:
    """Return the Fail state that passes the failure of a step out of its branch or item."""
    return Fail(name=name, error=ERROR, cause=jsonata("$string($states.input)"))


def raise_alarm(*, next_state: str) -> Task:
    """Return the state `RaiseAlarm`, which passes the failure on."""
    return build_raise_alarm_state(jsonata('"Step " & step & " failed: " & message'), next_state=next_state)


def notify_failure(plan: FlowPlan, *, next_state: str) -> Task:
    """Return the state `NotifyFailure`, which passes the failure on, also if it fails itself."""
    message = read_program(__package__, "failure_message").fill(
        link=define_link(OWN_EXECUTION),
        logs=define_logs(),
        execution=OWN_EXECUTION,
        resume=make_resume_line(MACHINE),
        run=name_run(plan),
    )
    return build_notification_state(
        SharedState.NOTIFY_FAILURE, "FAILED", subject=jsonata('"a step failed"'), message=message, next_state=next_state
    )


def build_flow_failed_state(plan: FlowPlan) -> Fail:
    """Return the state `FlowFailed`: the failure as a flat object, with the ID of the run."""
    run = '$merge([{"run": $run.id}, $states.input])' if has_run_context(plan) else "$states.input"
    return Fail(name=FlowState.FLOW_FAILED, error=ERROR, cause=jsonata(f"$string({run})"))
