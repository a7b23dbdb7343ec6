"""An execution from its start until it ends: its result and its record."""

from __future__ import annotations

import json
from functools import partial

import simpy

from sfnorch.json_values import Json
from sfnorch.protocol.dag import find_task_name
from sfnorch.simulator.errors import StatesError, UnsupportedSimulationError
from sfnorch.simulator.events import ExecutionEnded, ExecutionRedriven, ExecutionStarted
from sfnorch.simulator.interpreter import Interpreter
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import MAX_EVENTS, Execution
from sfnorch.simulator.services.alarms import change_alarms_after_failure, watch_duration
from sfnorch.simulator.world import World
from sfnorch.template.contents import Machine

MAX_SECONDS = 31_536_000.0
"""The maximum duration of an execution in seconds: a year."""

MAX_EXPRESS_SECONDS = 300.0
"""The maximum duration of an execution of an Express machine in seconds.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

_TIMED_OUT = "the execution's own timeout"


def begin_execution(world: World, machine: Machine, given: Json, *, name: str = "", parent: str = "") -> Execution:
    """Start an execution and return it; its states are entered when the clock runs."""
    title = world.template.build_title(machine)
    if world.begun >= world.most_executions:
        raise UnsupportedSimulationError(
            f"the run has more than {world.most_executions:,} executions; the next would be one of {title}",
            hint="check whether a state machine starts itself",
        )
    world.begun += 1
    name = name or world.generate_id()
    execution = Execution(
        arn=_build_arn(world, machine, name),
        name=name,
        machine=machine.arn,
        title=find_task_name(name, given) or title,
        parent=parent,
        input=json.loads(json.dumps(given)),
        started=world.at,
    )
    world.record.executions.append(execution)
    world.by_name[machine.arn, name] = execution
    interpreter = Interpreter(world, machine, execution, partial(begin_execution, world))
    run = partial(_begin_process, world, interpreter)
    if not machine.express:
        world.redrives[execution.arn] = run
    run()
    return execution


def _begin_process(world: World, interpreter: Interpreter) -> None:
    """Run the execution, or continue it after a redrive; the time for its timeout begins now."""
    machine, execution = interpreter.machine, interpreter.execution
    process = world.clock.process(_run_execution(world, interpreter))
    world.processes[execution.arn] = process
    world.clock.process(_interrupt_after(world, process, _find_timeout(machine)))
    if any(limit.machine == machine.arn for alarm in world.template.alarms for limit in alarm.limits):
        world.clock.process(watch_duration(world, execution, process))


def _build_arn(world: World, machine: Machine, name: str) -> str:
    """Return the ARN of the execution; executions of Express machines can have the same name.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-executions.html (recorded)
    """
    if machine.express:
        return f"{machine.arn.replace(':stateMachine:', ':express:', 1)}:{name}:{world.generate_id()}"
    return f"{machine.arn.replace(':stateMachine:', ':execution:', 1)}:{name}"


def _find_timeout(machine: Machine) -> float:
    """Return the seconds after which an execution of the machine ends."""
    longest = MAX_EXPRESS_SECONDS if machine.express else MAX_SECONDS
    timeout: Json = machine.definition.data.get("TimeoutSeconds") if machine.definition else None
    match timeout:
        case int() | float() if timeout > 0:
            return min(float(timeout), longest)
    return longest


def _run_execution(world: World, interpreter: Interpreter) -> Steps[None]:
    machine, execution = interpreter.machine, interpreter.execution
    assert machine.states is not None  # noqa: S101 - checked before a run
    started = ExecutionRedriven(execution.redrives) if execution.redrives else ExecutionStarted(execution.parent)
    world.record_event(execution, started)
    try:
        execution.output = yield from interpreter.execute(machine.states)
        execution.status = "SUCCEEDED"
        world.redrives.pop(execution.arn, None)
    except StatesError as error:
        execution.status, execution.error, execution.cause = "FAILED", error.error, error.cause
    except simpy.Interrupt as interrupt:
        execution.status = "TIMED_OUT" if interrupt.cause == _TIMED_OUT else "ABORTED"
    if execution.status != "SUCCEEDED" and execution.history < MAX_EVENTS:
        execution.history += 1  # the end of the execution is also an event
    execution.ended = world.at
    world.record_event(execution, ExecutionEnded(execution.status, execution.error))
    if world.on_end is not None:
        world.on_end(execution)
    if execution.status != "SUCCEEDED":
        world.clock.process(change_alarms_after_failure(world, execution, machine.arn))


def _interrupt_after(world: World, process: simpy.Process, seconds: float) -> Steps[None]:
    yield process | world.clock.timeout(seconds)
    if process.is_alive:
        process.interrupt(_TIMED_OUT)
