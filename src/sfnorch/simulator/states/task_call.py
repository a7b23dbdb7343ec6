"""The call of a Task: what answers it (a mock, a simulated service, an answer to its token), and when.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

from typing import NamedTuple

import simpy

from sfnorch.calls.optimized import TOKEN
from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import HEARTBEAT, RUNTIME, TIMEOUT, StatesError, UnsupportedSimulationError
from sfnorch.simulator.mocks.table import MockAnswer
from sfnorch.simulator.permissions import check_permissions
from sfnorch.simulator.processes import Steps, get_result, run_guarded
from sfnorch.simulator.services import find_handler
from sfnorch.simulator.services.metadata import add_metadata
from sfnorch.simulator.services.request import Handler, ServiceRequest
from sfnorch.simulator.services.task_tokens import can_answer, open_token, wait_for_answer
from sfnorch.simulator.visit import Visit
from sfnorch.template.calls import ServiceCall, is_activity, is_function_call


class TaskCall(NamedTuple):
    """A Task's call: the action (None for an activity), and the values of the Task's fields."""

    visit: Visit
    call: ServiceCall | None
    arguments: Json
    credentials: Json
    timeout: float | None
    heartbeat: float | None

    @property
    def waits_for_answer(self) -> bool:
        """Return whether the result is an answer to a token: of a worker, or of what gets the task token."""
        return is_activity(self.visit.state) or (self.call is not None and self.call.way == TOKEN)

    def begin(self) -> None:
        """Count the events for the start of the call. Raises StatesError if a permission is missing."""
        visit, runner = self.visit, self.visit.runner
        runner.record_state_event(2)
        check_permissions(runner.world, runner.machine, visit.state, self.arguments, self.credentials)

    def record_submitted(self) -> None:
        """Count the event for what a service has accepted, if the Task waits for its end."""
        if self.call is not None and self.call.way:
            self.visit.runner.record_state_event(1)

    def make_request(self, call: ServiceCall) -> ServiceRequest:
        """Return the request to the service."""
        runner = self.visit.runner
        return ServiceRequest(
            world=runner.world,
            machine=runner.machine,
            execution=runner.execution,
            state=self.visit.state,
            call=call,
            arguments=self.arguments,
            start_execution=runner.start_execution,
            record_submitted=self.record_submitted,
            visit=self.visit.entered_event,
            attempt=self.visit.retries + 1,
        )


def run_task_call(task: TaskCall) -> Steps[Json]:
    """Return the result of the call.

    Raises StatesError as AWS does, UnsupportedSimulationError if it cannot be simulated. A mocked call also requires
    its permissions.
    """
    if mock := task.visit.find_mock():
        return (yield from _answer_by_mock(task, mock))
    if task.waits_for_answer:
        return (yield from _wait_for_token(task))
    call, handler = _find_call(task)
    task.begin()
    request = task.make_request(call)
    if not call.way:
        return add_metadata(request, (yield from handler(request)))
    if task.visit.token and task.visit.token in write_compact(task.arguments):
        return (yield from _wait_for_either(task, handler(request)))
    return (yield from handler(request))


def _answer_by_mock(task: TaskCall, mock: MockAnswer) -> Steps[Json]:
    """Return the mocked result, or raise the mocked error: if it is a timeout, at the end of the time for an answer."""
    world, limits = task.visit.runner.world, [task.timeout]
    error: StatesError | None = None
    result: Json = None
    try:
        result = mock.take_result()
    except StatesError as thrown:
        error = thrown
    if error is not None and error.error == RUNTIME:
        raise error  # Step Functions does not start such a call
    task.begin()
    if error is None or not _is_refusal(task, error):
        task.record_submitted()
    if error is None:
        return result
    if task.waits_for_answer:
        limits.append(task.heartbeat)
    if error.error in (TIMEOUT, HEARTBEAT) and any(limits):
        heartbeat = task.heartbeat if task.waits_for_answer else None
        yield from wait_for_answer(world, open_token(world), heartbeat)  # no answer comes
    raise error


def _is_refusal(task: TaskCall, error: StatesError) -> bool:
    """Return whether a service rejects the call, so that the Task waits for nothing.

    That is a failure of submission. Assumed: the names of such errors begin with the service, and what a Task with
    `.sync` waits for fails only with errors of Step Functions.
    """
    if task.call is None or not task.call.way:
        return True
    prefix = error.error.partition(".")[0].lower()
    if task.waits_for_answer:
        return prefix == {"states": "stepfunctions"}.get(task.call.service, task.call.service)
    return prefix != "states"


def _find_call(task: TaskCall) -> tuple[ServiceCall, Handler]:
    """Return the call and its simulation.

    Raises UnsupportedSimulationError, with the missing mock, if there is no simulation.
    """
    visit, call = task.visit, task.call
    state, machine, world = visit.state, visit.runner.machine, visit.runner.world
    handler = find_handler(world, call, state, task.arguments) if call is not None else None
    if call is None or handler is None:
        what = str(call) if call else state.read_text("Resource") or "nothing"
        is_invoke = call is not None and call.name == "lambda:invoke" and not is_function_call(state)
        option = world.mocks.suggest_option(machine, state, {"Payload": {}} if is_invoke else {})
        raise UnsupportedSimulationError(
            f"{world.template.build_title(machine)}: {state.name} calls {what}, which cannot be simulated",
            hint=f"specify its result: {option}",
        )
    return call, handler


def _wait_for_token(task: TaskCall) -> Steps[Json]:
    """Return the answer of another Task of the run to the task token.

    If no Task of the template can answer, the Task waits until its timeout. Raises StatesError, and
    UnsupportedSimulationError, with the missing mock, for a Task without a timeout that no Task can answer.
    """
    visit, call, world = task.visit, task.call, task.visit.runner.world
    state, machine = visit.state, visit.runner.machine
    title, option = world.template.build_title(machine), world.mocks.suggest_option(machine, state, {})
    is_answered = call is not None and can_answer(world.template.machines)
    is_limited = task.timeout is not None or task.heartbeat is not None
    if not is_answered and not is_limited:
        who = "an answer to its task token" if call is not None else "a worker of its activity"
        raise UnsupportedSimulationError(
            f"{title}: {state.name} waits for {who}, which cannot be simulated", hint=f"specify its result: {option}"
        )
    task.begin()
    pending = open_token(world, visit.read_token() if visit.has_token else "")
    if call is not None:
        sent = ServiceCall(call.name)
        if handler := find_handler(world, sent, state, task.arguments):
            yield from handler(task.make_request(sent))
        task.record_submitted()
    key = (machine.arn, state.name, TOKEN)
    if not is_answered:
        world.record.notes[key] = f"{title}, {state.name}: no answer before its timeout; specify one: {option}"
    try:
        return (yield from wait_for_answer(world, pending, task.heartbeat))
    except simpy.Interrupt:
        if not is_limited:
            none = "it has neither TimeoutSeconds nor HeartbeatSeconds"
            world.record.notes[key] = f"{title}, {state.name}: no answer, and {none}"
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
