"""Lambda functions of the template: their code runs in a separate process.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import simpy

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import StatesError, UnsupportedSimulationError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.services.activities import begin_run, end_run, refuse_start, refuse_throttled
from sfnorch.simulator.services.request import Handler, ServiceRequest
from sfnorch.simulator.world import World
from sfnorch.template.calls import is_function_call
from sfnorch.template.functions import FunctionResource

SECONDS = 1.0
"""The default duration of a call in virtual seconds."""


def find_handler(world: World, name: str) -> Handler | None:
    """Return the simulation of the function with this name or ARN; None if it is not in the template."""
    function = world.template.find_function(name)
    if function is None or not function.playable:
        return None

    def invoke(request: ServiceRequest) -> Steps[Json]:
        return (yield from _invoke(request, function))

    return invoke


def _refuse_code(request: ServiceRequest, function: FunctionResource) -> None:
    """Raise UnsupportedSimulationError if the function's code must not run."""
    behaviour = request.world.behaviour
    option = request.world.mocks.suggest_option(request.machine, request.state, {"Payload": {}})
    mock = f"{option} replaces it"
    begins = f"{request.execution.title}: {request.state.name} would run"
    if behaviour.run_functions:
        return
    if not behaviour.run_isolated:
        raise UnsupportedSimulationError(
            f"{begins} code of the template: {function.logical_id}",
            hint=f"--run-functions runs it in a separate process; {mock}",
        )
    isolation = request.world.functions.find_isolation_once()
    if not isolation.possible:
        raise UnsupportedSimulationError(
            f"{begins} code of the plan: {function.logical_id}; this system cannot isolate it: {isolation.reason}",
            hint=f"--run-functions runs it without isolation, with your own permissions; {mock}",
        )


def _invoke(request: ServiceRequest, function: FunctionResource) -> Steps[Json]:
    """Return Lambda's response. Raises StatesError if the function fails, or is to fail."""
    world, direct = request.world, is_function_call(request.state)
    _refuse_code(request, function)
    title = world.template.shorten_name(function.name)
    refuse_throttled(request, title, "Lambda.TooManyRequestsException", "Rate Exceeded.")
    fault = world.behaviour.find_fault(title, world.job_counts[title].begun)
    event = _read_event(request, title)
    seconds = world.behaviour.find_duration(title, SECONDS)
    given = event if isinstance(event, dict) else {"event": event}
    run = begin_run(request, title, "function", world.generate_id(), seconds, given)
    try:
        yield world.clock.timeout(seconds)
    except simpy.Interrupt:
        end_run(request, run, "STOPPED")
        raise
    answer: dict[str, Json]
    if fault:
        answer = {"error": {"errorType": "Exception", "errorMessage": fault.message}}
    else:
        try:
            answer = world.functions.call(function, event, run.run_id)
        except SfnorchError as error:
            raise UnsupportedSimulationError(error.message, hint=error.hint) from None
    match answer.get("error"):
        case dict() as error_data:
            end_run(request, run, "FAILED", str(error_data.get("errorMessage", "")))
            raise StatesError(*_describe_error(error_data, compact=not direct))
    end_run(request, run, "SUCCEEDED")
    if direct:
        return answer["result"]
    return {"ExecutedVersion": "$LATEST", "Payload": answer["result"], "StatusCode": 200}


def _read_event(request: ServiceRequest, title: str) -> Json:
    """Return the function's event: what a Task without an integration passes, or a Payload.

    A Payload that is a text is JSON, and an empty object replaces one that is missing or null (recorded).
    """
    if is_function_call(request.state):
        return request.arguments
    payload = request.named.get("Payload")
    if not isinstance(payload, str):
        return {} if payload is None else payload
    try:
        event: Json = json.loads(payload)
    except ValueError as error:
        name = "InvalidRequestContentException"
        cause = f"Could not parse request body into json: {error} (Service: AWSLambda; Status Code: 400; Error Code: "
        refuse_start(request, title, f"Lambda.{name}", f"{cause}{name})")
    return event


def _describe_error(error: Mapping[str, Json], *, compact: bool) -> tuple[str, str]:
    """Return the error's name and its cause, as Step Functions reports a failed function call.

    The cause is compact JSON, or has the spaces of Lambda's response if no integration calls the function (recorded).
    """
    return str(error.get("errorType", "Lambda.Unknown")), write_compact(error) if compact else json.dumps(error)
