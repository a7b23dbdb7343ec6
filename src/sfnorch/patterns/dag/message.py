"""The master's notifications: the failed tasks with their messages and links, and the blocked tasks."""

from __future__ import annotations

from sfnorch.asl import Task, jsonata
from sfnorch.patterns.message import LOGS, link_to, told
from sfnorch.protocol.dag import MASTER
from sfnorch.protocol.states import SharedState
from sfnorch.resume_command import resume_line

_COUNT = '$count($failed) & " of " & $count($tasks) & " tasks failed"'

FAILED_IN_SHORT = f"""$substring({_COUNT} & ": "
    & $join($failed.(task & " (" & error & ")"), ", "), 0, 30000)"""
"""JSONata: the cause of the master's Fail state."""

# A message has space for 100 failures. Links lead to the console of the execution's region.
_MESSAGE = f"""(
  {link_to("$run")}
  {LOGS}
  $join([
    {_COUNT} & ($count($blocked) > 0 ? ", " & $count($blocked) & " more were blocked")
      & " in " & $name & " (" & $environment & ").",
    $failed[[0..99]].(
      "\\n" & task & ($exists(job) ? ": job " & job & " failed" : " failed: " & error) & "\\n  " & message
      & ($exists(runId) ? "\\n  Job run: " & runId & "\\n  Logs: " & $logs(logGroup, runId))
    ),
    $count($failed) > 100 ? "\\nand " & ($count($failed) - 100) & " more: " & $join($failed[[100..199]].task, ", "),
    $count($blocked) > 0 ? "\\nNot run, because a task that they need failed:\\n  "
      & $join($blocked.(task & " (by " & by & ")"), "\\n  "),
    "\\nMaster: " & $link("states", "/v2/executions/details/" & $run),
    {resume_line(MASTER)}
  ], "\\n")
)"""

_ALL_WELL = """$count($tasks) & " tasks succeeded in " & $name & " (" & $environment & ").\\n\\n"
    & $join($states.input.tasks.(task & ": " & status), "\\n")"""


def failure_states(next_state: str) -> tuple[Task, ...]:
    """Return the state `NotifyFailure`, whose failure does not fail the run."""
    failed = {"failedTasks": jsonata("$string([$failed.task])")}
    return (
        told(
            SharedState.NOTIFY_FAILURE, "FAILED", subject=_COUNT, message=_MESSAGE, lists=failed, next_state=next_state
        ),
    )


def success_state(next_state: str) -> Task:
    """Return the state `NotifySuccess`, for plans with `notify: always`."""
    subject = '$count($tasks) & " tasks succeeded"'
    return told(SharedState.NOTIFY_SUCCESS, "SUCCEEDED", subject=subject, message=_ALL_WELL, next_state=next_state)
