"""The master's message: which child failed, at which job, Glue's own message, where to look, and how to resume.

Variables: `failed`, the outcomes of the children that failed, `summary`, how many these are, and `resume`, the last
line: the command that resumes the execution.
"""

from __future__ import annotations

from sfnorch.asl import Catcher, Substitution, Task, jsonata
from sfnorch.integrations import notification
from sfnorch.patterns.message import LOGS, OWN_EXECUTION, SUBJECT, link_to

# Links into the console of the execution's own region.
_LINKS = f"""{link_to(OWN_EXECUTION)}
  $execution := function($arn) {{ $link("states", "/v2/executions/details/" & $arn) }};
  {LOGS}"""

# A child's cause is the description of its execution as JSON, and that one's own cause JSON again; where a child was
# aborted or never began, one of them or both are missing, and what there is is told as it is.
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
    """`NotifyFailure` and, for causes that can't be taken apart, `NotifyPlainly`: telling never fails the run."""
    attributes = {"status": "FAILED"}
    lists = {"failedChildren": jsonata("$string([$failed.child])")}
    outcomes = jsonata("$states.input")
    telling = notification.publish(
        "NotifyFailure",
        topic=Substitution("TopicArn"),
        subject=jsonata(SUBJECT + "$summary"),
        message=jsonata(_MESSAGE),
        attributes=attributes,
        list_attributes=lists,
        catch=Catcher(errors=("States.ALL",), output=outcomes, next="NotifyPlainly"),
        output=jsonata(_OUTCOMES),
        next_state=next_state,
    )
    plainly = notification.publish(
        "NotifyPlainly",
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
    """`NotifySuccess`, for plans that want a message of every run."""
    return notification.publish(
        "NotifySuccess",
        topic=Substitution("TopicArn"),
        subject=jsonata(SUBJECT + _WELL_COUNT),
        message=jsonata(_ALL_WELL),
        attributes={"status": "SUCCEEDED"},
        list_attributes={},
        catch=Catcher(errors=("States.ALL",), output=jsonata("$states.input"), next=next_state),
        output=jsonata("$states.input"),
        next_state=next_state,
    )
