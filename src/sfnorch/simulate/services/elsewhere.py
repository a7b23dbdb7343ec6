"""What runs outside of the template, and whose answer nobody reads: functions, other stacks' state machines.

It takes its time and succeeds or fails as a job run does, by the name that it is called by. Where the answer is read,
nothing can stand in for it: what it would be is to be said by a mock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import simpy

from sfnorch.simulate.errors import TASK_FAILED, StatesError
from sfnorch.simulate.services import Handler, Request, begin_run, end_run
from sfnorch.simulate.world import Steps
from sfnorch.template.calls import Call
from sfnorch.template.states import State

_UNREAD = "$states.result"


def handler(call: Call, state: State) -> Handler | None:
    """Return what stands in for the call; None where its answer is read, or it is none of these."""
    if not state.jsonata or "Output" not in state.body:
        return None
    if _UNREAD in json.dumps([state.body.get("Output"), state.body.get("Assign")]):
        return None
    return _HANDLERS.get(str(call))


def _invoke(request: Request) -> Steps:
    name = request.text("FunctionName").rpartition(":function:")[2]
    yield from _run(request, name, "function", "Exception")
    return {"ExecutedVersion": "$LATEST", "Payload": {}, "StatusCode": 200}


def _execution(request: Request) -> Steps:
    name = request.text("StateMachineArn").rpartition(":")[2]
    yield from _run(request, name, "machine", TASK_FAILED)
    return {"Output": {}, "Status": "SUCCEEDED"}


def _run(request: Request, name: str, kind: str, error: str) -> Steps:
    """Nothing, once the run has ended well. Raises StatesError where it is told to fail."""
    world, begun = request.world, request.world.job_counts[name].begun
    fault = world.behaviour.fault(name, begun)
    run = begin_run(request, name, kind, f"run-{begun + 1}", world.behaviour.seconds_of(name))
    try:
        yield world.clock.timeout(run.seconds)
    except simpy.Interrupt:
        end_run(request, run, "STOPPED")
        raise
    end_run(request, run, "FAILED" if fault else "SUCCEEDED", fault.message if fault else "")
    if fault:
        raise StatesError(error, fault.message)


_HANDLERS: Mapping[str, Handler] = {
    "lambda:invoke": _invoke,
    "states:startExecution.sync": _execution,
    "states:startExecution.sync:2": _execution,
}
