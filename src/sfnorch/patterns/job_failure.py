"""States for the failure of a job: an alarm with a readable reason, and a Fail state with a flat cause.

`RaiseAlarm` passes the caught error `{Error, Cause}` on. The variable `done` is the number of jobs that succeeded
before. The cause is searched and not parsed: it can be cut off, it is plain text if a run could not be started, and an
error of an expression in a Fail state would replace it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Expression, Fail, Substitution, Task, Value, jsonata, read_program
from sfnorch.integrations import alarm_state
from sfnorch.patterns.causes import find_glue_message, find_log_group, find_run_id, unquote
from sfnorch.protocol.job_list import ERROR
from sfnorch.protocol.states import SharedState

MESSAGE_LENGTH = 1_000

CAUSE = jsonata("Cause")
"""The cause of the caught error, where the context is the error."""

FAILED_JOB = jsonata("$jobs[$done]")
NOTHING = jsonata("")

# The first line of an item's cause is `#position error job`, because the error of a Fail state cannot be an error of
# AWS (`States.…`).
ITEM_CAUSE = jsonata(r'$states.input.("#" & at & " " & Error & " " & $jobs[$states.input.at] & "\n" & Cause)')
ITEM_POSITION = jsonata(r"$states.errorOutput.$match(Cause, /^#(\d+) /).$number(groups[0])")

SECONDS = jsonata("$round(($millis() - $toMillis($states.context.Execution.StartTime)) / 1000)")
"""The duration of the execution so far, in seconds."""


def catch_any_error(
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


def raise_alarm(*, next_state: str, job: Expression = FAILED_JOB) -> Task:
    """Return the state `RaiseAlarm`; `job` yields the name of the job in the reason."""
    program = read_program(__package__, "job_alarm_reason")
    return build_raise_alarm_state(program.fill(job=job, message=find_glue_message(CAUSE)), next_state=next_state)


def build_raise_alarm_state(reason: Expression, *, next_state: str) -> Task:
    """Return the state `RaiseAlarm`, which passes its input on, also if it fails itself.

    `reason` is evaluated over the input.
    """
    as_caught = jsonata("$states.input")
    return alarm_state.set_alarm(
        SharedState.RAISE_ALARM,
        alarm=Substitution("AlarmName"),
        state="ALARM",
        reason=jsonata(
            "$states.input.$substring(<{reason}>, 0, <<length>>)", reason=reason, length=alarm_state.REASON_LENGTH
        ),
        output=as_caught,
        catch=Catcher(errors=("States.ALL",), output=as_caught, next=next_state),
        next_state=next_state,
    )


def fail_with_cause(name: str, *, owner: Expression = NOTHING) -> Fail:
    """Return the Fail state with the flat cause; `owner` are the keys before `threadId`, as members of an object."""
    cause = read_program(__package__, "job_failed").fill(
        owner=owner,
        run_id=find_run_id(CAUSE),
        log_group=find_log_group(CAUSE),
        message=unquote(find_glue_message(CAUSE)),
        length=MESSAGE_LENGTH,
    )
    return Fail(name=name, error=ERROR, cause=cause)


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
