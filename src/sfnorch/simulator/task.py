"""Task states: their arguments, the result of the service, and their timeout."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import simpy

from sfnorch.simulator.errors import QUERY, TIMEOUT, StatesError
from sfnorch.simulator.services import call_service
from sfnorch.simulator.world import Steps
from sfnorch.template.calls import call_of

if TYPE_CHECKING:
    from sfnorch.simulator.interpreter import Interpreter, Visit


def run_task(interpreter: Interpreter, visit: Visit) -> Steps:
    """Return the result of the Task's call. Raises StatesError if the service fails, or the Task times out."""
    state, world = visit.state, interpreter.world
    arguments = interpreter.value(visit, state.body.get("Arguments", {}), "Arguments")
    interpreter.limit(arguments, f"The Arguments of '{state.name}' evaluated to a value")
    given: Any = state.body.get("Credentials")
    credentials = None if given is None else interpreter.value(visit, given, "Credentials")
    timeout = _seconds(interpreter, visit)
    call = call_of(state)
    interpreter.note(3 if call and call.way else 2)  # scheduled, started, and with an integration pattern submitted
    steps = call_service(world, interpreter.machine, interpreter.execution, state, arguments, credentials)
    try:
        result = yield from (steps if timeout is None else _bounded(interpreter, steps, timeout))
    except StatesError:
        interpreter.note(1)
        raise
    interpreter.note(1)
    interpreter.limit(result, f"The state/task '{state.name}' returned a result")
    return result


def _seconds(interpreter: Interpreter, visit: Visit) -> float | None:
    value: Any = visit.state.body.get("TimeoutSeconds")
    if value is None:
        return None
    value = interpreter.value(visit, value, "TimeoutSeconds")
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise StatesError(QUERY, f"The field 'TimeoutSeconds' is {value!r}, which is not a valid number of seconds.")
    return float(value)


def _bounded(interpreter: Interpreter, steps: Steps, timeout: float) -> Steps:
    """Return the result of the steps. Raises StatesError (States.Timeout) and stops the steps after the timeout."""
    clock = interpreter.world.clock
    process = clock.process(guarded(steps))
    try:
        yield process | clock.timeout(timeout)
        yield clock.timeout(0)  # steps that end exactly at the timeout are in time
    except simpy.Interrupt:
        yield from stopped(clock, [process])
        raise
    if process.is_alive:
        yield from stopped(clock, [process])
        raise StatesError(TIMEOUT, "")
    result, error = ended(process)
    if error is not None:
        raise error
    return result


def guarded(steps: Steps) -> Steps:
    """Run the steps as a separate process that never fails; return their result or their error."""
    try:
        result = yield from steps
    except StatesError as error:
        return None, error
    except simpy.Interrupt:
        return None, None
    return result, None


def ended(process: simpy.Process) -> tuple[Any, StatesError | None]:
    """Return the result of an ended guarded process: its result or its error."""
    return cast("tuple[Any, StatesError | None]", process.value)


def stopped(clock: simpy.Environment, processes: Iterable[simpy.Process]) -> Steps:
    """Stop the running processes, and wait until they and everything that they started have ended."""
    alive = [process for process in processes if process.is_alive]
    for process in alive:
        process.interrupt("stopped")
    while alive:
        with contextlib.suppress(simpy.Interrupt):  # another process that stops this one waits for the same end
            yield clock.all_of(alive)
        alive = [process for process in alive if process.is_alive]
