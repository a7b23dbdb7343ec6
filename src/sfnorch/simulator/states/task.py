"""Task states: they call a service, a function or a worker of an activity, or get a mocked answer.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

import simpy

from sfnorch.json_values import Json, name_type, write_compact
from sfnorch.simulator.errors import RUNTIME, TIMEOUT, StatesError
from sfnorch.simulator.processes import Steps, get_result, run_guarded, stop_processes
from sfnorch.simulator.services.argument_checks import find_faults
from sfnorch.simulator.states.task_call import TaskCall, run_task_call
from sfnorch.simulator.visit import StateOutcome, Visit
from sfnorch.template.calls import ServiceCall, parse_call


def run_task(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome, whose result is that of the call.

    Raises StatesError if the service fails, or the Task times out.
    """
    result = yield from _run_call(visit)
    return visit.finish(result, {"result": result})


def _run_call(visit: Visit) -> Steps[Json]:
    """Return the result of the Task's call. Its events are its start, a submission, and its end."""
    state, runner = visit.state, visit.runner
    call = parse_call(state)
    visit.has_token, visit.token = call is not None and call.way != "", ""
    arguments = visit.make_arguments()
    if visit.is_too_large(arguments):
        raise visit.refuse_size(f"The Arguments of '{state.name}' evaluated to a value")
    task = TaskCall(
        visit=visit,
        call=call,
        arguments=arguments,
        credentials=visit.evaluate_setting("Credentials"),
        timeout=_evaluate_seconds(visit, "TimeoutSeconds"),
        heartbeat=_evaluate_seconds(visit, "HeartbeatSeconds"),
    )
    if call is not None and (faults := find_faults(call, arguments)):
        given = f"The Parameters '{write_compact(arguments)}' could not be used to start the Task"
        raise visit.refuse(f"{given}: [{', '.join(faults)}]")
    steps = run_task_call(task)
    try:
        result = yield from (
            steps if task.timeout is None else _run_with_timeout(runner.world.clock, steps, task.timeout)
        )
        _limit_result(visit, call, result)
    except StatesError as error:
        if error.error != RUNTIME:
            runner.record_state_event(1)
        raise
    runner.record_state_event(1)
    return result


def _limit_result(visit: Visit, call: ServiceCall | None, result: Json) -> None:
    """Raise StatesError (States.DataLimitExceeded) for a result larger than 256 KiB, whose cause names the resource."""
    if not visit.is_too_large(result):
        return
    resource = visit.state.read_text("Resource")
    by = call.name.rpartition(":")[0] if call is not None and ":states:" in resource else resource
    raise visit.refuse_size(f"The state/task '{by}' returned a result")


def _evaluate_seconds(visit: Visit, name: str) -> float | None:
    """Return the number of seconds in a setting; None if the Task does not have it."""
    match visit.evaluate_setting(name):
        case None:
            return None
        case bool() as wrong:
            pass
        case int() | float() as seconds if seconds > 0:
            return float(seconds)
        case wrong:
            pass
    if name_type(wrong) != "number":
        raise visit.refuse_type(name, "number", wrong)
    raise visit.refuse_setting(name, wrong, "a valid number of seconds")


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
