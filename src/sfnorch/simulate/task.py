"""Task states: their arguments, the service's answer, and the time they may take."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import simpy

from sfnorch.simulate.errors import QUERY, TIMEOUT, StatesError
from sfnorch.simulate.services import call_service
from sfnorch.simulate.world import Steps
from sfnorch.template.calls import call_of

if TYPE_CHECKING:
    from sfnorch.simulate.interpreter import Interpreter, Visit


def run_task(interpreter: Interpreter, visit: Visit) -> Steps:
    """Yield the result of the Task's call. Raises StatesError as the service fails, or for its time."""
    state, world = visit.state, interpreter.world
    arguments = interpreter.value(visit, state.body.get("Arguments", {}), "Arguments")
    interpreter.limit(arguments, f"The Arguments of '{state.name}' came to a value")
    given: Any = state.body.get("Credentials")
    credentials = None if given is None else interpreter.value(visit, given, "Credentials")
    timeout = _seconds(interpreter, visit)
    call = call_of(state)
    interpreter.note(3 if call and call.way else 2)  # scheduled, started, and submitted where it waits
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
        raise StatesError(QUERY, f"The field 'TimeoutSeconds' came to {value!r}, which is no number of seconds.")
    return float(value)


def _bounded(interpreter: Interpreter, steps: Steps, timeout: float) -> Steps:
    """Yield what the steps come to, if in time. Raises StatesError (States.Timeout) where not, the steps being stopped."""
    clock = interpreter.world.clock
    process = clock.process(guarded(steps))
    try:
        yield process | clock.timeout(timeout)
        yield clock.timeout(0)  # what ends at the very moment is in time
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
    """Yield the steps as a process of their own that never fails: their result, or their error."""
    try:
        result = yield from steps
    except StatesError as error:
        return None, error
    except simpy.Interrupt:
        return None, None
    return result, None


def ended(process: simpy.Process) -> tuple[Any, StatesError | None]:
    """Return what a guarded process came to: its result, or its error."""
    return cast("tuple[Any, StatesError | None]", process.value)


def stopped(clock: simpy.Environment, processes: Iterable[simpy.Process]) -> Steps:
    """Stop the processes that go on, and waits until they have ended, with all that they had begun."""
    alive = [process for process in processes if process.is_alive]
    for process in alive:
        process.interrupt("stopped")
    while alive:
        with contextlib.suppress(simpy.Interrupt):  # whoever stops this as well waits for the same
            yield clock.all_of(alive)
        alive = [process for process in alive if process.is_alive]
