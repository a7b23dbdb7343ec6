"""What is said of a job that failed: an alarm raised in words, and a flat cause.

What was caught goes through `RaiseAlarm` as it is, `{Error, Cause}`, with the number of jobs that were done before in
the variable `done`. The cause is searched, not parsed: it may be cut off, it is plain text where a run could not be
started, and an expression that fails in a Fail state would take its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Fail, Substitution, Task, Value, jsonata
from sfnorch.glue_logs import LOG_GROUP
from sfnorch.integrations import alarm_state

ERROR = "GlueJobFailed"
MESSAGE_LENGTH = 1_000

RUN_ID = r"$match(<<cause>>, /\bjr_\w+/)[0].match"
"""The id of the job run that a cause describes."""

# \x5c is the backslash: JSONata takes a bracket behind a written one for escaped, and then finds no end of the regex.
_GLUES = r"""$match(<<cause>>, /"ErrorMessage": ?"(([^"\x5c]|\x5c.)+)/)[0].groups[0]"""
MESSAGE = rf"""[{_GLUES},
      $substringAfter(<<cause>>, "\n")][0]"""
"""Glue's own message in a cause, else the cause without the first line, by which an item of the Map names its job."""

UNQUOTED = r"""$replace(<<message>>, /\x5c(["\x5c])/, "$1")"""
"""A message out of a JSON text, without the marks before quotes and backslashes."""

# An item of the Map says in its cause's first line `#position error job`: the Fail state that ends it may not bear an
# error of AWS's own (`States.…`).
ITEM_CAUSE = r'"#" & at & " " & Error & " " & $jobs[$states.input.at] & "\n" & Cause'
ITEM_POSITION = r"$match(Cause, /^#(\d+) /).$number(groups[0])"
_ERROR = r"[$match(Cause, /^#\d+ (\S+)/)[0].groups[0], Error][0]"

REMAINING = "[$filter($jobs, function($job, $i) { $i >= $done })]"
"""The names of the job that failed and of those after it."""

SECONDS = "$round(($millis() - $toMillis($states.context.Execution.StartTime)) / 1000)"
"""How long the execution has been running, in seconds."""


def any_error(
    next_state: str, *, output: Value = None, assign: Mapping[str, Value] | None = None
) -> tuple[Catcher, ...]:
    """Catchers of everything. States.ALL must stand alone and last, and leaves data that is too large to others."""
    return tuple(
        Catcher(errors=(error,), assign=assign or {}, output=output, next=next_state)
        for error in ("States.DataLimitExceeded", "States.ALL")
    )


def raise_alarm(*, next_state: str, of: str = "") -> Task:
    """Return the state `RaiseAlarm`; `of` is JSONata for whose job it was, put behind the job's name."""
    message = MESSAGE.replace("<<cause>>", "Cause")
    return alarm_raised(f'"Job " & $jobs[$done]{of} & " failed: "\n    & {message}', next_state=next_state)


def alarm_raised(reason: str, *, next_state: str) -> Task:
    """Return the state `RaiseAlarm`, which hands on what it was given and whose own failure changes nothing.

    `reason` is JSONata over what it was given.
    """
    as_caught = jsonata("$states.input")
    return alarm_state.set_alarm(
        "RaiseAlarm",
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
    """Return the state `ClearAlarm`: the last run was well; its own failure never fails the run."""
    return alarm_state.set_alarm(
        "ClearAlarm",
        alarm=Substitution("AlarmName"),
        state="OK",
        reason="Succeeded",
        output=output,
        catch=Catcher(errors=("States.ALL",), output=output, next=next_state),
        next_state=next_state,
    )
