"""Histories as Step Functions writes them, made for tests."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from sfnorch.protocol import backfill, continuous, dag, flow, job_list, master_child
from sfnorch.protocol.mark import Mark

MARKS = {
    "children": master_child.MARK,
    "tasks": dag.MARK,
    "workflow": continuous.MARK,
    "steps": flow.MARK,
    "jobs": job_list.MARK,
    "child": job_list.MARK,
    "dates": backfill.MARK,
}
"""The mark of the kind that has a variable."""

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


class History:
    """A history that is written event by event; `add` gives the number of the event."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def add(self, kind: str, before: int | None = None, key: str = "", **details: Any) -> int:
        """Writes an event after another, its details under their key."""
        number = len(self.events) + 1
        event: dict[str, Any] = {
            "id": number,
            "previousEventId": number - 1 if before is None else before,
            "type": kind,
            "timestamp": AT + timedelta(seconds=number),
        }
        if key:
            event[f"{key}EventDetails"] = details
        self.events.append(event)
        return number

    def begin(self, given: Any = None) -> int:
        """Begins the execution."""
        return self.add("ExecutionStarted", key="executionStarted", input=json.dumps(given or {}))

    def assign(self, **variables: Any) -> int:
        """Leaves a state that assigns variables: for those of a mark its state, with its other variables."""
        mark = next((mark for name, mark in MARKS.items() if name in variables), Mark(state="x", variables=()))
        values = {**dict.fromkeys(mark.variables), **variables}
        assigned = {name: json.dumps(value) for name, value in values.items()}
        return self.add("PassStateExited", key="stateExited", name=mark.state, assignedVariables=assigned)

    def enter(self, before: int | None = None) -> int:
        """Enters a task's state."""
        return self.add("TaskStateEntered", before, key="stateEntered", name="x", input="{}")

    def start(self, job: str, run_id: str = "", before: int | None = None) -> int:
        """Starts a run of a Glue job; without an id it is refused."""
        glue = {"resourceType": "glue", "resource": "startJobRun.sync"}
        self.add("TaskScheduled", before, key="taskScheduled", **glue, parameters=json.dumps({"JobName": job}))
        number = self.add("TaskStarted", key="taskStarted", **glue)
        if not run_id:
            return self.add("TaskSubmitFailed", key="taskSubmitFailed", **glue, error="Glue.X", cause="refused")
        output = json.dumps({"JobName": job, "JobRunId": run_id})
        return self.add("TaskSubmitted", number, key="taskSubmitted", **glue, output=output)

    def end(self, state: str, run_id: str, message: str = "", before: int | None = None, *, log_group: str = "") -> int:
        """Ends a job run."""
        told = {"ErrorMessage": message, "LogGroupName": log_group}
        run = json.dumps({"Id": run_id, "JobRunState": state, **{key: text for key, text in told.items() if text}})
        if state == "SUCCEEDED":
            number = self.add("TaskSucceeded", before, key="taskSucceeded", output=run)
            return self.add("TaskStateExited", number, key="stateExited", name="x", output="{}")
        return self.add("TaskFailed", before, key="taskFailed", error="States.TaskFailed", cause=run)

    def finish(self, status: str, error: str = "", cause: Any = "", output: Any = None) -> None:
        """Ends the execution."""
        if status == "SUCCEEDED":
            self.add("ExecutionSucceeded", key="executionSucceeded", output=json.dumps(output))
            return
        kind = {"FAILED": "Failed", "ABORTED": "Aborted", "TIMED_OUT": "TimedOut"}[status]
        text = cause if isinstance(cause, str) else json.dumps(cause)
        self.add(f"Execution{kind}", key=f"execution{kind}", error=error, cause=text)
