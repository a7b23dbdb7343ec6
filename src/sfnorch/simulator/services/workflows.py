"""Glue workflows: runs that take time, whose actions succeed or fail as specified.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartWorkflowRun.html
https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRun.html
"""

from __future__ import annotations

from sfnorch.json_values import Json
from sfnorch.simulator.behaviour import ALWAYS
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import JobRunRecord
from sfnorch.simulator.services.activities import begin_run, end_run, refuse_start
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

_ACTIONS = 3
"""The number of actions of a simulated workflow: a template does not contain a workflow's actions."""

_THROTTLED = "Rate exceeded (Service: AWSGlue; Status Code: 400; Error Code: ThrottlingException)"


@simulates("aws-sdk:glue:startWorkflowRun")
def start_workflow_run(request: ServiceRequest) -> Steps[Json]:
    """Return the run id at once; the run continues by itself. Raises StatesError if Glue rejects it."""
    world, name = request.world, request.get_text("Name")
    behaviour, counts = world.behaviour, world.job_counts[name]
    if counts.throttled < behaviour.count_throttled(name):
        counts.throttled += 1
        refuse_start(request, name, "Glue.AWSGlueException", _THROTTLED)
    if not behaviour.is_known_job(name):
        refuse_start(request, name, "Glue.EntityNotFoundException", f"Entity Not Found: workflow {name}")
    if counts.running >= behaviour.find_concurrency(name, ALWAYS):
        refuse_start(request, name, "Glue.ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
    fault = behaviour.find_fault(name, counts.begun)
    run = begin_run(request, name, "workflow", f"wr_{world.rng.getrandbits(256):064x}", behaviour.find_duration(name))
    world.clock.process(_run_workflow(request, run, fault.message if fault else ""))
    return {"RunId": run.run_id}
    yield


def _run_workflow(request: ServiceRequest, run: JobRunRecord, message: str) -> Steps[None]:
    yield request.world.clock.timeout(run.seconds)
    end_run(request, run, "FAILED" if message else "SUCCEEDED", message)


@simulates("aws-sdk:glue:getWorkflowRun")
def get_workflow_run(request: ServiceRequest) -> Steps[Json]:
    """Return the current description of the run: its status is COMPLETED whether or not its actions succeeded."""
    name, run_id = request.get_text("Name"), request.get_text("RunId")
    for run in request.world.record.job_runs:
        if run.kind == "workflow" and (run.job, run.run_id) == (name, run_id):
            return {"Run": _describe_run(request, run)}
    raise StatesError("Glue.EntityNotFoundException", f"Entity Not Found: run {run_id} of workflow {name}")
    yield


def _describe_run(request: ServiceRequest, run: JobRunRecord) -> dict[str, Json]:
    began = int(request.world.begin.timestamp() * 1000)
    over, failed = run.ended is not None, int(run.status == "FAILED")
    shown: dict[str, Json] = {
        "Name": run.job,
        "WorkflowRunId": run.run_id,
        "StartedOn": began + int(1000 * run.started),
        "Status": "COMPLETED" if over else "RUNNING",
        "Statistics": {
            "ErroredActions": 0,
            "FailedActions": failed,
            "RunningActions": 0 if over else 1,
            "StoppedActions": 0,
            "SucceededActions": _ACTIONS - failed if over else 0,
            "TimeoutActions": 0,
            "TotalActions": _ACTIONS,
            "WaitingActions": 0 if over else _ACTIONS - 1,
        },
    }
    if run.ended is not None:
        shown["CompletedOn"] = began + int(1000 * run.ended)
    return shown
