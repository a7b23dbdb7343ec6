"""A simulated run as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.protocol.run_context import convert_run_context
from sfnorch.simulator.figures import Figures
from sfnorch.simulator.record import Run

if TYPE_CHECKING:
    from sfnorch.documents.simulation import SimulatedExecution, SimulatedJobRun, SimulationDocument
    from sfnorch.simulator.events import EventDetail


_DETAIL_NAMES = {"run_id": "runId", "muted_by": "mutedBy"}


def convert_run(run: Run, figures: Figures) -> SimulationDocument:
    """Return the run as data; times in seconds after its start."""
    return {
        "executions": _convert_executions(run),
        "events": [
            {
                "at": event.at,
                "what": event.kind,
                "execution": event.execution,
                "machine": event.machine,
                "state": event.state,
                "detail": _convert_detail(event.detail),
            }
            for event in run.events
        ],
        "jobRuns": _convert_job_runs(run),
        "messages": [
            {
                "at": message.at,
                "topic": message.topic,
                "subject": message.subject,
                "message": message.message,
                "attributes": message.attributes,
                "sender": message.sender,
            }
            for message in run.messages
        ],
        "alarms": [
            {
                "at": change.at,
                "alarm": change.alarm,
                "before": change.before,
                "after": change.after,
                "reason": change.reason,
                "notified": list(change.told),
            }
            for change in run.alarms
        ],
        "objects": [
            {"at": one.at, "bucket": one.bucket, "key": one.key, "body": one.body, "sender": one.sender}
            for one in run.objects
        ],
        "notes": list(run.notes.values()),
        "cutOff": run.cut_off,
        "figures": {
            "seconds": figures.seconds,
            "criticalPath": list(figures.critical_path),
            "transitions": figures.transitions,
            "price": figures.price,
            "history": figures.history,
            "peakJobRuns": figures.peak_job_runs,
            "jobSeconds": figures.job_seconds,
        },
    }


def _convert_detail(detail: EventDetail) -> dict[str, str | float]:
    """Return the details of an event by the names of their fields, without those that the event does not have."""
    found = detail._asdict().items()
    return {_DETAIL_NAMES.get(name, name): value for name, value in found if value is not None}


def _convert_executions(run: Run) -> list[SimulatedExecution]:
    return [
        {
            "arn": execution.arn,
            "name": execution.name,
            "machine": execution.machine,
            "title": execution.title,
            "parent": execution.parent,
            "run": convert_run_context(execution.run),
            "params": execution.params,
            "input": execution.input,
            "started": execution.started,
            "ended": execution.ended,
            "status": execution.status,
            "output": execution.output,
            "error": execution.error,
            "cause": execution.cause,
            "states": execution.states,
            "history": execution.history,
            "retries": execution.retries,
        }
        for execution in run.executions
    ]


def _convert_job_runs(run: Run) -> list[SimulatedJobRun]:
    return [
        {
            "job": job_run.job,
            "kind": job_run.kind,
            "runId": job_run.run_id,
            "execution": job_run.execution,
            "machine": job_run.machine,
            "started": job_run.started,
            "seconds": job_run.seconds,
            "ended": job_run.ended,
            "status": job_run.status,
            "message": job_run.message,
            "arguments": job_run.arguments,
        }
        for job_run in run.job_runs
    ]
