"""States for the failure of a job: an alarm with a readable reason, and a Fail state with a flat cause.

`RaiseAlarm` passes the caught error `{Error, Cause}` on. The variable `done` is the number of jobs that succeeded
before. The cause is searched and not parsed: it can be cut off, it is plain text if a run could not be started, and an
error of an expression in a Fail state would replace it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Fail, Substitution, Task, Value, jsonata
from sfnorch.glue_logs import LOG_GROUP
from sfnorch.integrations import alarm_state
from sfnorch.protocol.job_list import ERROR
from sfnorch.protocol.states import SharedState

MESSAGE_LENGTH = 1_000

RUN_ID = r"$match(<<cause>>, /\bjr_\w+/)[0].match"
"""JSONata: the id of the job run in a cause."""

# \x5c is the backslash: JSONata treats a bracket after a literal one as escaped, and then finds no end of the regex.
_GLUES = r"""$match(<<cause>>, /"ErrorMessage": ?"(([^"\x5c]|\x5c.)+)/)[0].groups[0]"""
MESSAGE = rf"""[{_GLUES},
      $substringAfter(<<cause>>, "\n")][0]"""
"""JSONata: Glue's message in a cause, or else the cause without its first line, in which an item names its job."""

UNQUOTED = r"""$replace(<<message>>, /\x5c(["\x5c])/, "$1")"""
"""JSONata: a message from a JSON text, without the escapes before quotes and backslashes."""

# The first line of an item's cause is `#position error job`, because the error of a Fail state cannot be an error of
# AWS (`States.…`).
ITEM_CAUSE = r'"#" & at & " " & Error & " " & $jobs[$states.input.at] & "\n" & Cause'
ITEM_POSITION = r"$match(Cause, /^#(\d+) /).$number(groups[0])"
_ERROR = r"[$match(Cause, /^#\d+ (\S+)/)[0].groups[0], Error][0]"

REMAINING = "[$filter($jobs, function($job, $i) { $i >= $done })]"
"""JSONata: the names of the failed job and of the jobs after it."""

SECONDS = "$round(($millis() - $toMillis($states.context.Execution.StartTime)) / 1000)"
"""JSONata: the duration of the execution so far, in seconds."""


def any_error(
    next_state: str, *, output: Value = None, assign: Mapping[str, Value] | None = None
) -> tuple[Catcher, ...]:
    """Return catchers for all errors.

    States.ALL must be the only error of the last catcher, and does not match States.DataLimitExceeded.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html (documented)
    """
    return tuple(
        Catcher(errors=(error,), assign=assign or {}, output=output, next=next_state)
        for error in ("States.DataLimitExceeded", "States.ALL")
    )


def raise_alarm(*, next_state: str, of: str = "") -> Task:
    """Return the state `RaiseAlarm`; `of` is JSONata for the owner of the job, which follows the job's name."""
    message = MESSAGE.replace("<<cause>>", "Cause")
    return alarm_raised(f'"Job " & $jobs[$done]{of} & " failed: "\n    & {message}', next_state=next_state)


def alarm_raised(reason: str, *, next_state: str) -> Task:
    """Return the state `RaiseAlarm`, which passes its input on, also if it fails itself.

    `reason` is JSONata over the input.
    """
    as_caught = jsonata("$states.input")
    return alarm_state.set_alarm(
        SharedState.RAISE_ALARM,
        alarm=Substitution("AlarmName"),
        state="ALARM",
        reason=jsonata(f"$states.input.$substring({reason}, 0, <<length>>)", length=alarm_state.REASON_LENGTH),
        output=as_caught,
        catch=Catcher(errors=("States.ALL",), output=as_caught, next=next_state),
        next_state=next_state,
    )


def fail_with_cause(name: str, *, head: str = "") -> Fail:
    """Return the Fail state with the flat cause; `head` is JSONata for the keys before `threadId`."""
    run_id, log_group, message = (code.replace("<<cause>>", "Cause") for code in (RUN_ID, LOG_GROUP, MESSAGE))
    cause = f"""$string($states.input.{{{head}
    "threadId": $threadId, "job": $jobs[$done],
    "runId": {run_id}, "logGroup": {log_group},
    "error": {_ERROR},
    "message": $substring({UNQUOTED.replace("<<message>>", message)}, 0, <<length>>),
    "remaining": {REMAINING}
  }})"""
    return Fail(name=name, error=ERROR, cause=jsonata(cause, length=MESSAGE_LENGTH))


def clear_alarm(*, next_state: str, output: Value = None) -> Task:
    """Return the state `ClearAlarm`, which sets the alarm to OK after a success. Its failure does not fail the run."""
    return alarm_state.set_alarm(
        SharedState.CLEAR_ALARM,
        alarm=Substitution("AlarmName"),
        state="OK",
        reason="Succeeded",
        output=output,
        catch=Catcher(errors=("States.ALL",), output=output, next=next_state),
        next_state=next_state,
    )
