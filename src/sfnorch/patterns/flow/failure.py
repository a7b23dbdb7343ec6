"""A step's failure: what is kept of it where it is caught, an alarm raised in words, a message, and a flat cause.

It is `{step, error, message}`, with `runId` and `logGroup` where a job run failed, and `at`, the flow's own step, by
which a run is resumed. A step of on_error that fails tells what it was to handle too. Causes are searched, not parsed:
a Catch has no Catch of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Fail, Task, jsonata
from sfnorch.glue_logs import NESTED_LOG_GROUP
from sfnorch.patterns.job_failure import MESSAGE_LENGTH, RUN_ID, UNQUOTED, alarm_raised
from sfnorch.patterns.message import LOGS, OWN_EXECUTION, link_to, told
from sfnorch.resume_command import resume_line

if TYPE_CHECKING:
    from sfnorch.patterns.flow.scope import Scope

ERROR = "StepFailed"

# A step within another fails by a Fail state of the flow's own, whose cause is flat as well. Glue, Lambda and Step
# Functions each have a name of their own for the message in a cause that is JSON; where it is none, it is the message.
# \x5c is the backslash, behind which JSONata would take the bracket for escaped.
_STEP = r'$match([Cause, ""][0], /^\{"step":"([^"]+)","error":"([^"]+)"/)[0].groups'
_TOLD = (
    r"""[$match([Cause, ""][0], /"(ErrorMessage|errorMessage|message|Cause)": ?"(([^"\x5c]|\x5c.)+)/)[0].groups[1],"""
    """ Cause != "" ? Cause, Error][0]"""
)
_MESSAGE_OF = UNQUOTED.replace("<<message>>", _TOLD)

# The new failure takes half of the message at most, so that there is room for the one before.
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
    """Return what is kept of the failure of a step, in its Catch."""
    at = ' "at": <<at_step>>,' if scope.top else ""
    message = _AND_BEFORE.replace("<<handled>>", f"${scope.handled}") if scope.handled else _MESSAGE_OF
    code = _CAUGHT.replace("<<at>>", at).replace("<<message>>", message)
    return jsonata(code, step=step, at_step=scope.at or step, length=MESSAGE_LENGTH, half=MESSAGE_LENGTH // 2)


def several_failed(name: str, what: str) -> Fail:
    """Return the Fail state of a step in which branches or items have failed: the first, and how many there were."""
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
    """Return the Fail state by which a step's failure leaves the branch or the item that it stands in."""
    return Fail(name=name, error=ERROR, cause=jsonata("$string($states.input)"))


def raise_alarm(*, next_state: str) -> Task:
    """Return the state `RaiseAlarm`, which hands the failure on."""
    return alarm_raised('"Step " & step & " failed: " & message', next_state=next_state)


# Without `at` all steps are done, and nothing is left to resume.
_MESSAGE = f"""$states.input.(
  {link_to(OWN_EXECUTION)}
  {LOGS}
  $join([
    "Step " & step & " failed in " & $name & " (" & $environment & ").",
    "\\n" & error & ": " & message,
    $exists(runId) ? "Job run: " & runId & "\\nLogs: " & $logs(logGroup, runId),
    "\\nExecution: " & $link("states", "/v2/executions/details/" & {OWN_EXECUTION}),
    $exists(at) ? {resume_line("flow")}
  ], "\\n")
)"""


def notify_failure(*, next_state: str) -> Task:
    """Return the state `NotifyFailure`, whose own failure changes nothing."""
    return told("NotifyFailure", "FAILED", subject='"a step failed"', message=_MESSAGE, next_state=next_state)


def flow_failed() -> Fail:
    """Return the state `FlowFailed`: the failure as a flat object."""
    return Fail(name="FlowFailed", error=ERROR, cause=jsonata("$string($states.input)"))
