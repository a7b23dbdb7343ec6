"""Answers to Tasks that wait for their token: success, failure and heartbeat, from another Task of the run.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

from collections.abc import Iterable

import simpy

from sfnorch.json_values import Json, parse_strict, read_string
from sfnorch.simulator.errors import HEARTBEAT, TIMEOUT, StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.services.metadata import describe_sdk_error
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.simulator.world import PendingToken, World
from sfnorch.template.calls import parse_call
from sfnorch.template.contents import Machine

_ANSWERS = ("aws-sdk:sfn:sendTaskSuccess", "aws-sdk:sfn:sendTaskFailure")


def can_answer(machines: Iterable[Machine]) -> bool:
    """Return whether a Task of the machines can answer others."""
    calls = (parse_call(state) for machine in machines for state in machine.list_states())
    return any(call is not None and call.name in _ANSWERS for call in calls)


def open_token(world: World, token: str = "") -> PendingToken:
    """Return a new task token, which can be answered from now on; not without a text."""
    pending = PendingToken(answer=world.clock.event(), heartbeat=world.clock.event())
    if token:
        world.tokens[token] = pending
    return pending


def wait_for_answer(world: World, pending: PendingToken, heartbeat: float | None) -> Steps[Json]:
    """Return the result that is sent for the token.

    Raises StatesError if a failure is sent, or if there is no heartbeat for `heartbeat` seconds. The name of
    that error in the history is States.Timeout (recorded); retriers and catchers also match States.HeartbeatTimeout.
    """
    clock = world.clock
    try:
        while not pending.answer.triggered:
            events: list[simpy.Event] = [pending.answer, pending.heartbeat]
            yield clock.any_of([*events, *([clock.timeout(heartbeat)] if heartbeat is not None else ())])
            if pending.heartbeat.triggered:
                pending.heartbeat = clock.event()
            elif not pending.answer.triggered:
                raise StatesError(TIMEOUT, "", alias=HEARTBEAT)
    finally:
        pending.waits = False
    answer = pending.answer.value
    if isinstance(answer, StatesError):
        raise answer
    result: Json = answer
    return result


@simulates("aws-sdk:sfn:sendTaskSuccess")
def send_task_success(request: ServiceRequest) -> Steps[Json]:
    """Answer a Task with its result. Raises StatesError for an invalid token or an output that is not JSON."""
    pending = _find_token(request)
    try:
        output = parse_strict(request.get_text("Output"))
    except ValueError:
        cause = "Invalid Output: 'Invalid JSON in output'"
        raise StatesError("Sfn.InvalidOutputException", describe_sdk_error(request, cause)) from None
    pending.answer.succeed(output)
    return {}
    yield


@simulates("aws-sdk:sfn:sendTaskFailure")
def send_task_failure(request: ServiceRequest) -> Steps[Json]:
    """Answer a Task with a failure. Raises StatesError for an invalid token."""
    pending = _find_token(request)
    pending.answer.succeed(StatesError(request.get_text("Error"), request.get_text("Cause")))
    return {}
    yield


@simulates("aws-sdk:sfn:sendTaskHeartbeat")
def send_task_heartbeat(request: ServiceRequest) -> Steps[Json]:
    """Report that a Task is still being worked on. Raises StatesError for an invalid token."""
    pending = _find_token(request)
    if not pending.heartbeat.triggered:
        pending.heartbeat.succeed()
    return {}
    yield


def _find_token(request: ServiceRequest) -> PendingToken:
    """Return the pending token that the request names. Raises StatesError for another one."""
    pending = request.world.tokens.get(read_string(request.named.get("TaskToken")))
    if pending is None:
        cause = "Invalid Token: 'Invalid token'"
        raise StatesError("Sfn.InvalidTokenException", describe_sdk_error(request, cause))
    if not pending.waits or pending.answer.triggered:
        cause = "Task Timed Out: 'Provided task does not exist anymore'"
        raise StatesError("Sfn.TaskTimedOutException", describe_sdk_error(request, cause))
    return pending
