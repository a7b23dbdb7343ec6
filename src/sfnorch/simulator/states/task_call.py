"""The call of a Task: what answers it (a mock, a simulated service, an answer to its token), and when.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import simpy

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import (
    HEARTBEAT,
    TIMEOUT,
    StatesError,
    UnsupportedSimulationError,
)
from sfnorch.simulator.mocks.table import MockAnswer
from sfnorch.simulator.permissions import check_permissions
from sfnorch.simulator.processes import Steps, get_result, run_guarded
from sfnorch.simulator.services import find_handler
from sfnorch.simulator.services.metadata import add_metadata
from sfnorch.simulator.services.request import Handler, ServiceRequest
from sfnorch.simulator.services.task_tokens import can_answer, open_token, wait_for_answer
from sfnorch.simulator.visit import Visit
from sfnorch.simulator.world import PendingToken
from sfnorch.template.calls import ServiceCall, is_activity

_TOKEN_WAY = ".waitForTaskToken"  # noqa: S105 - an integration pattern
_NO_ANSWER = (TIMEOUT, HEARTBEAT)
"""The errors of a Task to which nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCall:
    """A Task's call: the action (None for an activity), and the values of the Task's fields."""

    visit: Visit
    call: ServiceCall | None
    arguments: Json
    credentials: Json
    timeout: float | None
    heartbeat: float | None

    @property
    def waits_for_somebody(self) -> bool:
        """Return whether the result is an answer to a token: of a worker, or of whoever gets the task token."""
        return is_activity(self.visit.state) or (self.call is not None and self.call.way == _TOKEN_WAY)

    def record_submitted(self) -> None:
        """Count the event for what a service has accepted, if the Task waits for its end."""
        if self.call is not None and self.call.way:
            self.visit.runner.record_state_event(1)


def run_task_call(task: TaskCall) -> Steps[Json]:
    """Return the result of the call.

    Raises StatesError as AWS does, UnsupportedSimulationError if it cannot be simulated. A mocked call also requires
    its permissions.
    """
    visit, runner = task.visit, task.visit.runner
    mock = visit.find_mock()
    handler = None if mock else _find_handler(task)
    check_permissions(runner.world, runner.machine, visit.state, task.arguments, task.credentials)
    if mock:
        return (yield from _answer_by_mock(task, mock))
    assert task.call is not None and handler is not None  # noqa: S101, PT018 - checked by _find_handler
    request = ServiceRequest(
        world=runner.world,
        machine=runner.machine,
        execution=runner.execution,
        state=visit.state,
        call=task.call,
        arguments=task.arguments,
        start_execution=runner.start_execution,
        record_submitted=task.record_submitted,
    )
    if not task.call.way:
        return add_metadata(request, (yield from handler(request)))
    if task.waits_for_somebody:
        pending = open_token(runner.world, visit.token)
        yield from handler(replace(request, call=ServiceCall(task.call.name), record_submitted=_skip))
        task.record_submitted()
        return (yield from _wait(task, pending))
    if visit.token in write_compact(task.arguments):
        return (yield from _wait_for_either(task, handler(request)))
    return (yield from handler(request))


def _skip() -> None:
    """Do nothing: the Task waits for its token, not for what the service does."""


def _find_handler(task: TaskCall) -> Handler | None:
    """Return the simulation of the call. Raises UnsupportedSimulationError, with the missing mock, if there is none."""
    visit, world = task.visit, task.visit.runner.world
    state, call = visit.state, task.call
    title = world.template.build_title(visit.runner.machine)
    hint = f"specify its result: --mock '{state.name}={{…}}'"
    if task.waits_for_somebody:
        base = ServiceCall(call.name) if call is not None else None
        handler = find_handler(world, base, state, task.arguments) if base else None
        if handler is not None and can_answer(world.template.machines):
            return handler
        who = "an answer to its task token" if call is not None else "a worker of its activity"
        none = f'{{"Throw": {{"Error": "{TIMEOUT}"}}}}'
        raise UnsupportedSimulationError(
            f"{title}: {state.name} waits for {who}, which cannot be simulated",
            hint=f"{hint}, or that there is none: --mock '{state.name}={none}'",
        )
    handler = find_handler(world, call, state, task.arguments) if call is not None else None
    if handler is None:
        what = str(call) if call else state.read_text("Resource") or "nothing"
        raise UnsupportedSimulationError(f"{title}: {state.name} calls {what}, which cannot be simulated", hint=hint)
    return handler


def _answer_by_mock(task: TaskCall, mock: MockAnswer) -> Steps[Json]:
    """Return the mocked result, or raise the mocked error; if nobody answers, after the time that the Task waits."""
    clock = task.visit.runner.world.clock
    try:
        result = mock.take_result()
    except StatesError as error:
        if not _is_refusal(task, error):
            task.record_submitted()
        if error.error in _NO_ANSWER and task.waits_for_somebody:
            return (yield from _wait(task, PendingToken(answer=clock.event(), heartbeat=clock.event())))
        if error.error == TIMEOUT and task.timeout is not None:
            yield clock.event()  # nothing triggers it: the Task ends at its timeout
        raise
    task.record_submitted()
    return result


def _is_refusal(task: TaskCall, error: StatesError) -> bool:
    """Return whether a service rejects the call, so that the Task waits for nothing.

    That is a failure of submission. Assumed: the names of such errors begin with the service, and what a Task with
    `.sync` waits for fails only with errors of Step Functions.
    """
    if task.call is None or not task.call.way:
        return True
    prefix = error.error.partition(".")[0].lower()
    if task.waits_for_somebody:
        return prefix == {"states": "stepfunctions"}.get(task.call.service, task.call.service)
    return prefix != "states"


def _wait(task: TaskCall, pending: PendingToken) -> Steps[Json]:
    """Return the answer of somebody. Notes that the Task waits without a limit if it is not answered in time."""
    visit, world = task.visit, task.visit.runner.world
    try:
        return (yield from wait_for_answer(world, pending, task.heartbeat))
    except simpy.Interrupt:
        if task.timeout is None:
            name = f"{world.template.build_title(visit.runner.machine)}, {visit.state.name}"
            world.record.notes[visit.runner.machine.arn, visit.state.name, _TOKEN_WAY] = (
                f"{name}: nobody answers, and the Task has neither TimeoutSeconds nor HeartbeatSeconds: "
                "it waits until its execution ends"
            )
        raise


def _wait_for_either(task: TaskCall, steps: Steps[Json]) -> Steps[Json]:
    """Return the result of the steps, or the answer to the token that their arguments contain (recorded)."""
    world = task.visit.runner.world
    pending = open_token(world, task.visit.token)
    process = world.clock.process(run_guarded(steps))
    try:
        yield process | pending.answer
    except simpy.Interrupt:
        process.interrupt("stopped")
        yield process
        raise
    if pending.answer.triggered:
        return (yield from wait_for_answer(world, pending, None))
    pending.waits = False
    result, error = get_result(process)
    if error is not None:
        raise error
    return result
