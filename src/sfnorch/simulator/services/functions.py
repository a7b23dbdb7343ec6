"""Lambda functions of the template: their code runs in a separate process.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

import simpy

from sfnorch.errors import SfnorchError
from sfnorch.simulator.errors import NotPlayable, StatesError
from sfnorch.simulator.function_process import described
from sfnorch.simulator.services import Handler, ServiceRequest, begin_run, end_run, refuse_throttled
from sfnorch.simulator.world import Steps, World
from sfnorch.template.functions import FunctionResource

SECONDS = 1.0
"""The default duration of a call in virtual seconds."""


def handler(world: World, name: str) -> Handler | None:
    """Return the simulation of the function with this name or ARN; None if it is not in the template."""
    function = world.template.function(name)
    if function is None or not function.playable:
        return None

    def invoke(request: ServiceRequest) -> Steps:
        return (yield from _invoke(request, function))

    return invoke


def _refuse_code(request: ServiceRequest, function: FunctionResource) -> None:
    """Raise NotPlayable if the function's code must not run."""
    behaviour, mock = request.world.behaviour, f"--mock '{request.state.name}={{…}}' replaces it"
    begins = f"{request.execution.title}: {request.state.name} would run"
    if behaviour.run_functions:
        return
    if not behaviour.run_isolated:
        raise NotPlayable(
            f"{begins} code of the template: {function.logical_id}",
            hint=f"--run-functions runs it in a separate process; {mock}",
        )
    isolation = request.world.functions.found_isolation()
    if not isolation.possible:
        raise NotPlayable(
            f"{begins} code of the plan: {function.logical_id}; this system cannot isolate it: {isolation.reason}",
            hint=f"--run-functions runs it without isolation, with your own permissions; {mock}",
        )


def _invoke(request: ServiceRequest, function: FunctionResource) -> Steps:
    """Return Lambda's response. Raises StatesError if the function fails, or is to fail."""
    world = request.world
    _refuse_code(request, function)
    title = world.template.short(function.name)
    refuse_throttled(request, title, "Lambda.TooManyRequestsException", "Rate Exceeded.")
    fault = world.behaviour.fault(title, world.job_counts[title].begun)
    event = request.arguments.get("Payload", {}) if isinstance(request.arguments, dict) else {}
    seconds = world.behaviour.seconds_of(title, SECONDS)
    given = event if isinstance(event, dict) else {"event": event}
    run = begin_run(request, title, "function", world.new_id(), seconds, given)
    try:
        yield world.clock.timeout(seconds)
    except simpy.Interrupt:
        end_run(request, run, "STOPPED")
        raise
    if fault:
        answer = {"error": {"errorType": "Exception", "errorMessage": fault.message}}
    else:
        try:
            answer = world.functions.call(function, event, run.run_id)
        except SfnorchError as error:
            raise NotPlayable(error.message, hint=error.hint) from None
    if "error" not in answer:
        end_run(request, run, "SUCCEEDED")
        return {"ExecutedVersion": "$LATEST", "Payload": answer["result"], "StatusCode": 200}
    end_run(request, run, "FAILED", str(answer["error"].get("errorMessage", "")))
    raise StatesError(*described(answer["error"]))
