"""What runs outside of the template, and whose answer nobody reads: functions, other stacks' state machines.

It takes its time and succeeds or fails as a job run does, by the name that it is called by. Where the answer is read,
nothing can stand in for it: what it would be is to be said by a mock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import simpy

from sfnorch.simulate.errors import TASK_FAILED, StatesError
from sfnorch.simulate.record import JobRun, What
from sfnorch.simulate.services import Handler, Request
from sfnorch.simulate.world import Steps
from sfnorch.template.calls import Call
from sfnorch.template.states import State

_UNREAD = "$states.result"


def handler(call: Call, state: State) -> Handler | None:
    """What stands in for the call; None where its answer is read, or it is none of these."""
    if not state.jsonata or "Output" not in state.body:
        return None
    if _UNREAD in json.dumps([state.body.get("Output"), state.body.get("Assign")]):
        return None
    return _HANDLERS.get(str(call))


def _invoke(request: Request) -> Steps:
    name = request.text("FunctionName").rpartition(":function:")[2]
    yield from _run(request, name, "Exception")
    return {"ExecutedVersion": "$LATEST", "Payload": {}, "StatusCode": 200}


def _execution(request: Request) -> Steps:
    name = request.text("StateMachineArn").rpartition(":")[2]
    yield from _run(request, name, TASK_FAILED)
    return {"Output": {}, "Status": "SUCCEEDED"}


def _run(request: Request, name: str, error: str) -> Steps:
    """Nothing, once the run has ended well. Raises StatesError where it is told to fail."""
    world, counts = request.world, request.world.job_counts[name]
    fault = world.behaviour.fault(name, counts.begun)
    counts.begun += 1
    run = JobRun(
        job=name,
        run_id=f"run-{counts.begun}",
        execution=request.execution.arn,
        machine=request.execution.title,
        started=world.at,
        seconds=world.behaviour.seconds_of(name),
        arguments={},
    )
    world.record.job_runs.append(run)
    world.tell(What.JOB_RUN_STARTED, request.execution, request.state.name, job=name, run=run.run_id)
    try:
        yield world.clock.timeout(run.seconds)
    except simpy.Interrupt:
        _end(request, run, "STOPPED")
        raise
    run.message = fault.message if fault else ""
    _end(request, run, "FAILED" if fault else "SUCCEEDED")
    if fault:
        raise StatesError(error, fault.message)


def _end(request: Request, run: JobRun, status: str) -> None:
    run.status, run.ended = status, request.world.at
    detail: dict[str, Any] = {"job": run.job, "run": run.run_id, "status": status, "message": run.message}
    request.world.tell(What.JOB_RUN_ENDED, request.execution, request.state.name, **detail)


_HANDLERS: Mapping[str, Handler] = {
    "lambda:invoke": _invoke,
    "states:startExecution.sync": _execution,
    "states:startExecution.sync:2": _execution,
}
