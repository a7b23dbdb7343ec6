"""The failure of a step: the object that its Catch saves, the alarm, the notification, and the flat cause.

The object is `{step, error, message}`, with `runId` and `logGroup` if a job run failed, and with `at`, the top-level
step at which a run is resumed. If a step of on_error fails, its message includes the failure that it handled. Causes
are searched and not parsed, because an error in a Catch is not caught.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Fail, Task, jsonata
from sfnorch.glue_logs import NESTED_LOG_GROUP
from sfnorch.patterns.job_failure import MESSAGE_LENGTH, RUN_ID, UNQUOTED, alarm_raised
from sfnorch.patterns.message import LOGS, OWN_EXECUTION, link_to, told
from sfnorch.protocol.flow import ERROR, MACHINE, FlowState
from sfnorch.protocol.states import SharedState
from sfnorch.resume_command import resume_line

if TYPE_CHECKING:
    from sfnorch.patterns.flow.scope import Scope

# A step inside another one fails in a Fail state of the flow, whose cause is flat as well. Glue, Lambda and Step
# Functions use different keys for the message in a cause that is JSON. A cause that is not JSON is the message.
# \x5c is the backslash, after which JSONata would treat the bracket as escaped.
_STEP = r'$match([Cause, ""][0], /^\{"step":"([^"]+)","error":"([^"]+)"/)[0].groups'
_TOLD = (
    r"""[$match([Cause, ""][0], /"(ErrorMessage|errorMessage|message|Cause)": ?"(([^"\x5c]|\x5c.)+)/)[0].groups[1],"""
    """ Cause != "" ? Cause, Error][0]"""
)
_MESSAGE_OF = UNQUOTED.replace("<<message>>", _TOLD)

# The new failure uses at most half of the message, which leaves space for the failure before.
_AND_BEFORE = f"""$substring({_MESSAGE_OF}, 0, <<half>>)
        & "; while handling the failure of " & <<handled>>.step & ": " & <<handled>>.message"""

_CAUGHT = f"""$states.errorOutput.(
    $within := {_STEP};
    {{
      "step": [$within[0], <<step>>][0],<<at>>
      "error": [$within[1], Error][0],
      "runId": {RUN_ID.replace("<<cause>>", '[Cause, ""][0]')},
      "logGroup": {NESTED_LOG_GROUP.replace("<<cause>>", '[Cause, ""][0]')},
      "message": $substring(<<message>>, 0, <<length>>)
    }}
  )"""


def caught(step: str, scope: Scope) -> Expression:
    """Return the expression for the failure of a step, for its Catch."""
    at = ' "at": <<at_step>>,' if scope.top else ""
    message = _AND_BEFORE.replace("<<handled>>", f"${scope.handled}") if scope.handled else _MESSAGE_OF
    code = _CAUGHT.replace("<<at>>", at).replace("<<message>>", message)
    return jsonata(code, step=step, at_step=scope.at or step, length=MESSAGE_LENGTH, half=MESSAGE_LENGTH // 2)


def several_failed(name: str, what: str) -> Fail:
    """Return the Fail state of a step with failed branches or items: its cause has the first one and all messages."""
    cause = """(
    $failed := $states.input.failed;
    $first := $failed[0];
    $string({
      "step": $first.step, "error": $first.error, "runId": $first.runId, "logGroup": $first.logGroup,
      "message": $substring($count($failed) = 1 ? $first.message
        : $count($failed) & <<what>> & $join($failed.(step & ": " & message), "; "), 0, <<length>>)
    })
  )"""
    return Fail(name=name, error=ERROR, cause=jsonata(cause, what=f" {what} failed: ", length=MESSAGE_LENGTH))


def fail_within(name: str) -> Fail:
    """Return the Fail state that passes the failure of a step out of its branch or item."""
    return Fail(name=name, error=ERROR, cause=jsonata("$string($states.input)"))


def raise_alarm(*, next_state: str) -> Task:
    """Return the state `RaiseAlarm`, which passes the failure on."""
    return alarm_raised('"Step " & step & " failed: " & message', next_state=next_state)


# Without `at`, all steps are done, and there is nothing to resume.
_MESSAGE = f"""$states.input.(
  {link_to(OWN_EXECUTION)}
  {LOGS}
  $join([
    "Step " & step & " failed in " & $name & " (" & $environment & ").",
    "\\n" & error & ": " & message,
    $exists(runId) ? "Job run: " & runId & "\\nLogs: " & $logs(logGroup, runId),
    "\\nExecution: " & $link("states", "/v2/executions/details/" & {OWN_EXECUTION}),
    $exists(at) ? {resume_line(MACHINE)}
  ], "\\n")
)"""


def notify_failure(*, next_state: str) -> Task:
    """Return the state `NotifyFailure`, which passes the failure on, also if it fails itself."""
    return told(
        SharedState.NOTIFY_FAILURE, "FAILED", subject='"a step failed"', message=_MESSAGE, next_state=next_state
    )


def flow_failed() -> Fail:
    """Return the state `FlowFailed`: the failure as a flat object."""
    return Fail(name=FlowState.FLOW_FAILED, error=ERROR, cause=jsonata("$string($states.input)"))
