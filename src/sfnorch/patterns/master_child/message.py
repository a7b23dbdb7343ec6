"""The master's notifications: the failed children and jobs, Glue's error messages, links, and the resume command.

Variables: `failed`, the outcomes of the failed children; `summary`, their number in words; `resume`, the last line
with the command that resumes the execution.
"""

from __future__ import annotations

from sfnorch.asl import Catcher, Substitution, Task, jsonata
from sfnorch.integrations import notification
from sfnorch.patterns.message import LOGS, OWN_EXECUTION, SUBJECT, link_to
from sfnorch.protocol.master_child import MasterState
from sfnorch.protocol.states import SharedState

# Links to the console of the execution's region.
_LINKS = f"""{link_to(OWN_EXECUTION)}
  $execution := function($arn) {{ $link("states", "/v2/executions/details/" & $arn) }};
  {LOGS}"""

# A child's cause is the description of its execution as JSON, whose cause is JSON again. If a child was aborted or not
# started, one or both of them are missing, and the message contains the rest unchanged.
_TAKEN_APART = r"""$open := function($text) { $contains($text, /^\{.*\}$/) ? $parse($text) : {} };
  $told := function($child) {(
    $run := $open($child.cause);
    $merge([{
      "child": $child.child, "status": "FAILED", "executionArn": $run.ExecutionArn,
      "error": [$run.Error, $child.error][0], "message": [$run.Cause, $run.Status, $child.cause][0]
    }, $open($run.Cause)])
  )};"""

_MESSAGE = f"""(
  {_TAKEN_APART}
  {_LINKS}
  $join([
    $summary & " in " & $name & " (" & $environment & ").",
    $failed.$told($).(
      "\\n" & child & ($exists(job) ? ": job " & job & " failed" : " failed: " & error) & "\\n  " & message
      & ($exists(runId) ? "\\n  Job run: " & runId & "\\n  Logs: " & $logs(logGroup, runId))
      & ($exists(executionArn) ? "\\n  Execution: " & $execution(executionArn))
    ),
    "\\nMaster: " & $execution($states.context.Execution.Id),
    $resume
  ], "\\n")
)"""

_OUTCOMES = f"""(
  {_TAKEN_APART}
  {{"children": [$states.input.children.(status = "FAILED" ? $told($) : $)]}}
)"""

_PLAIN_MESSAGE = """$substring(
    $summary & "\\n"
      & $join($failed.("\\n" & child & ": " & error & "\\n" & cause), "\\n"), 0, 200000
  ) & "\\n\\n" & $resume"""

_WELL_COUNT = (
    '$count($states.input.children[status = "SUCCEEDED"]) & " of " & $count($children) & " child workflows succeeded"'
)

_ALL_WELL = f"""{_WELL_COUNT} & " in " & $name & " (" & $environment & ").\\n\\n" & $join($states.input.children.(
    child & ": " & (status = "SKIPPED" ? "skipped" : jobCount & (jobCount = 1 ? " job" : " jobs"))
  ), "\\n")"""


def failure_states(next_state: str) -> tuple[Task, Task]:
    """Return the states `NotifyFailure` and, for causes that cannot be parsed, `NotifyPlainly`.

    Their failure does not fail the run.
    """
    attributes = {"status": "FAILED"}
    lists = {"failedChildren": jsonata("$string([$failed.child])")}
    outcomes = jsonata("$states.input")
    telling = notification.publish(
        SharedState.NOTIFY_FAILURE,
        topic=Substitution("TopicArn"),
        subject=jsonata(SUBJECT + "$summary"),
        message=jsonata(_MESSAGE),
        attributes=attributes,
        list_attributes=lists,
        catch=Catcher(errors=("States.ALL",), output=outcomes, next=MasterState.NOTIFY_PLAINLY),
        output=jsonata(_OUTCOMES),
        next_state=next_state,
    )
    plainly = notification.publish(
        MasterState.NOTIFY_PLAINLY,
        topic=Substitution("TopicArn"),
        subject=jsonata(SUBJECT + "$summary"),
        message=jsonata(_PLAIN_MESSAGE),
        attributes=attributes,
        list_attributes={},
        catch=Catcher(errors=("States.ALL",), output=outcomes, next=next_state),
        output=outcomes,
        next_state=next_state,
    )
    return telling, plainly


def success_state(next_state: str) -> Task:
    """Return the state `NotifySuccess`, for plans with `notify: always`."""
    return notification.publish(
        SharedState.NOTIFY_SUCCESS,
        topic=Substitution("TopicArn"),
        subject=jsonata(SUBJECT + _WELL_COUNT),
        message=jsonata(_ALL_WELL),
        attributes={"status": "SUCCEEDED"},
        list_attributes={},
        catch=Catcher(errors=("States.ALL",), output=jsonata("$states.input"), next=next_state),
        output=jsonata("$states.input"),
        next_state=next_state,
    )
