"""Task states: their arguments, the service's answer, and the time they may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import simpy

from sfnorch.simulate.errors import TIMEOUT, StatesError
from sfnorch.simulate.services import call_service
from sfnorch.simulate.world import Steps
from sfnorch.template.calls import call_of

if TYPE_CHECKING:
    from sfnorch.simulate.interpreter import Interpreter, Visit


def run_task(interpreter: Interpreter, visit: Visit) -> Steps:
    """The result of the Task's call. Raises StatesError as the service fails, or for its time."""
    state, world = visit.state, interpreter.world
    arguments = interpreter.value(visit, state.body.get("Arguments", {}), "Arguments")
    timeout = _seconds(interpreter, visit)
    call = call_of(state)
    interpreter.note(3 if call and call.way else 2)  # scheduled, started, and submitted where it waits
    steps = call_service(world, interpreter.machine, interpreter.execution, state, arguments)
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
    return float(value) if isinstance(value, int | float) else None


def _bounded(interpreter: Interpreter, steps: Steps, timeout: float) -> Steps:
    """What the steps come to, if in time. Raises StatesError (States.Timeout) where not, the steps being stopped."""
    clock = interpreter.world.clock
    process = clock.process(guarded(steps))
    try:
        done = yield process | clock.timeout(timeout)
    except simpy.Interrupt:
        stop(process)
        raise
    if process not in done:
        stop(process)
        raise StatesError(TIMEOUT, "")
    result, error = ended(process)
    if error is not None:
        raise error
    return result


def guarded(steps: Steps) -> Steps:
    """The steps as a process of their own that never fails: their result, or their error."""
    try:
        result = yield from steps
    except StatesError as error:
        return None, error
    except simpy.Interrupt:
        return None, None
    return result, None


def ended(process: simpy.Process) -> tuple[Any, StatesError | None]:
    """What a guarded process came to: its result, or its error."""
    return cast("tuple[Any, StatesError | None]", process.value)


def stop(process: simpy.Process) -> None:
    """Stops a process that goes on."""
    if process.is_alive:
        process.interrupt("stopped")
