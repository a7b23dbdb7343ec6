"""The master's message: which tasks failed, each with its own message and where to look, and which were blocked."""

from __future__ import annotations

from sfnorch.asl import Task, jsonata
from sfnorch.patterns.message import LOGS, link_to, told
from sfnorch.resume_command import resume_line

_COUNT = '$count($failed) & " of " & $count($tasks) & " tasks failed"'

FAILED_IN_SHORT = f"""$substring({_COUNT} & ": "
    & $join($failed.(task & " (" & error & ")"), ", "), 0, 30000)"""
"""What the master's Fail state says."""

# A message has room for a hundred failures; a link leads into the console of the execution's own region.
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
    $count($blocked) > 0 ? "\\nNot run, since what they need failed:\\n  "
      & $join($blocked.(task & " (by " & by & ")"), "\\n  "),
    "\\nMaster: " & $link("states", "/v2/executions/details/" & $run),
    {resume_line("master")}
  ], "\\n")
)"""

_ALL_WELL = """$count($tasks) & " tasks succeeded in " & $name & " (" & $environment & ").\\n\\n"
    & $join($states.input.tasks.(task & ": " & status), "\\n")"""


def failure_states(next_state: str) -> tuple[Task, ...]:
    """`NotifyFailure`, whose own failure never fails the run."""
    failed = {"failedTasks": jsonata("$string([$failed.task])")}
    return (told("NotifyFailure", "FAILED", subject=_COUNT, message=_MESSAGE, lists=failed, next_state=next_state),)


def success_state(next_state: str) -> Task:
    """`NotifySuccess`, for plans that want a message of every run."""
    subject = '$count($tasks) & " tasks succeeded"'
    return told("NotifySuccess", "SUCCEEDED", subject=subject, message=_ALL_WELL, next_state=next_state)
