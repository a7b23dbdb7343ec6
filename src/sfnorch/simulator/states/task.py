"""Task states: they call a service, or get a mocked result.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

import simpy

from sfnorch.json_values import Json, name_type
from sfnorch.simulator.errors import TIMEOUT, StatesError, UnsupportedSimulationError
from sfnorch.simulator.permissions import check_permissions
from sfnorch.simulator.processes import Steps, get_result, run_guarded, stop_processes
from sfnorch.simulator.services import find_handler
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.simulator.visit import StateOutcome, Visit
from sfnorch.template.calls import parse_call


def run_task(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome, whose result is that of the call.

    Raises StatesError if the service fails, or the Task times out.
    """
    result = yield from _run_call(visit)
    return visit.finish(result, {"result": result})


def _run_call(visit: Visit) -> Steps[Json]:
    state, runner = visit.state, visit.runner
    arguments = visit.make_arguments()
    visit.limit(arguments, f"The Arguments of '{state.name}' evaluated to a value")
    credentials = visit.evaluate_setting("Credentials")
    timeout = _evaluate_timeout(visit)
    call = parse_call(state)
    has_pattern = call is not None and bool(call.way)
    runner.record_state_event(3 if has_pattern else 2)  # scheduled, started, and with an integration pattern submitted
    steps = _call_service(visit, arguments, credentials)
    try:
        result = yield from (steps if timeout is None else _run_with_timeout(runner.world.clock, steps, timeout))
    except StatesError:
        runner.record_state_event(1)
        raise
    runner.record_state_event(1)
    visit.limit(result, f"The state/task '{state.name}' returned a result")
    return result


def _evaluate_timeout(visit: Visit) -> float | None:
    match visit.evaluate_setting("TimeoutSeconds"):
        case None:
            return None
        case bool() as wrong:
            pass
        case int() | float() as seconds if seconds > 0:
            return float(seconds)
        case wrong:
            pass
    if name_type(wrong) != "number":
        raise visit.refuse_type("TimeoutSeconds", "number", wrong)
    raise visit.refuse_setting("TimeoutSeconds", wrong, "a valid number of seconds")


def _call_service(visit: Visit, arguments: Json, credentials: Json) -> Steps[Json]:
    """Return the result of the Task's call.

    Raises StatesError as AWS does, UnsupportedSimulationError if it cannot be simulated.

    A mocked call also requires its permissions.
    """
    state, runner = visit.state, visit.runner
    world, machine = runner.world, runner.machine
    if mock := visit.find_mock():
        check_permissions(world, machine, state, arguments, credentials)
        return mock.take_result()
    call = parse_call(state)
    handler = find_handler(world, call, state, arguments) if call else None
    if call is None or handler is None:
        what = str(call) if call else state.read_text("Resource") or "nothing"
        raise UnsupportedSimulationError(
            f"{world.template.build_title(machine)}: {state.name} calls {what}, which cannot be simulated",
            hint=f"specify its result: --mock '{state.name}={{…}}'",
        )
    request = ServiceRequest(
        world=world,
        machine=machine,
        execution=runner.execution,
        state=state,
        call=call,
        arguments=arguments,
        start_execution=runner.start_execution,
    )
    check_permissions(world, machine, state, arguments, credentials)
    return (yield from handler(request))


def _run_with_timeout(clock: simpy.Environment, steps: Steps[Json], timeout: float) -> Steps[Json]:
    """Return the result of the steps. Raises StatesError (States.Timeout) and stops the steps after the timeout."""
    process = clock.process(run_guarded(steps))
    try:
        yield process | clock.timeout(timeout)
        yield clock.timeout(0)  # steps that end exactly at the timeout are in time
    except simpy.Interrupt:
        yield from stop_processes(clock, [process])
        raise
    if process.is_alive:
        yield from stop_processes(clock, [process])
        raise StatesError(TIMEOUT, "")
    result, error = get_result(process)
    if error is not None:
        raise error
    return result
