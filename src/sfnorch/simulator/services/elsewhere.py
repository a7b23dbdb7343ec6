"""Resources outside of the template whose results nothing reads: functions, state machines of other stacks.

A run of such a resource takes time, and succeeds or fails like a job run, by its name. If something reads the
result, it cannot be simulated: the user must specify the result with a mock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import simpy

from sfnorch.json_values import Json
from sfnorch.simulator.errors import TASK_FAILED, StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.services.activities import begin_run, end_run
from sfnorch.simulator.services.request import Handler, ServiceRequest
from sfnorch.template.calls import ServiceCall, is_function_call
from sfnorch.template.states import LocatedState

_UNREAD = "$states.result"
_ANY_PATH = '.$":'
"""The end of the name of a field whose value is a path, in the text of a JSON object."""


def find_handler(call: ServiceCall, state: LocatedState) -> Handler | None:
    """Return the simulation of the call; None if its result is read, or the action is another one."""
    is_read = _is_result_read(state) if state.jsonata else _is_result_read_by_path(state)
    return None if is_read else _HANDLERS.get(str(call))


def _is_result_read(state: LocatedState) -> bool:
    """Return whether a state in JSONata reads its result, or has it as its output."""
    return "Output" not in state.body or _UNREAD in json.dumps([state.body.get("Output"), state.body.get("Assign")])


def _is_result_read_by_path(state: LocatedState) -> bool:
    """Return whether a state in JSONPath reads its result, or has it in its output."""
    body = state.body
    is_dropped = any(name in body and body[name] is None for name in ("ResultPath", "OutputPath"))
    return not is_dropped or "ResultSelector" in body or _ANY_PATH in json.dumps(body.get("Assign"))


def _invoke(request: ServiceRequest) -> Steps[Json]:
    direct = is_function_call(request.state)
    name = request.state.read_text("Resource") if direct else request.get_text("FunctionName")
    yield from _run(request, name.rpartition(":function:")[2], "function", "Exception")
    if direct:
        return {}
    return {"ExecutedVersion": "$LATEST", "Payload": {}, "StatusCode": 200}


def _run_execution(request: ServiceRequest) -> Steps[Json]:
    name = request.get_text("StateMachineArn").rpartition(":")[2]
    yield from _run(request, name, "machine", TASK_FAILED)
    return {"Output": {}, "Status": "SUCCEEDED"}


def _run(request: ServiceRequest, name: str, kind: str, error: str) -> Steps[None]:
    """Simulate a run; return when it has succeeded. Raises StatesError if it is to fail."""
    world, begun = request.world, request.world.job_counts[name].begun
    fault = world.behaviour.find_fault(name, begun)
    run = begin_run(request, name, kind, f"run-{begun + 1}", world.behaviour.find_duration(name))
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
    "states:startExecution.sync": _run_execution,
    "states:startExecution.sync:2": _run_execution,
}
