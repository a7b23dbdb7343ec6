"""Executions that succeeded without running their jobs: BLOCKED by a failed task, or SKIPPED because of another run."""

from __future__ import annotations

from sfnorch.json_values import Json
from sfnorch.protocol.dag import BLOCKED, find_blocking_task
from sfnorch.protocol.overlap import SKIPPED, find_holder


def find_shown_status(status: str, output: Json) -> str:
    """Return the status of an execution with this output as it is shown."""
    if find_holder(output):
        return SKIPPED
    return BLOCKED if find_blocking_task(output) else status


def describe_holder(name: str) -> str:
    """Return why an execution was skipped; `name` is that of the execution that ran."""
    return f"{name} was running"
