"""The entry point of a simulation: from a template, an input and the behaviour of the services to a Run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, read_list, read_mapping
from sfnorch.protocol import backfill
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.execution import begin_execution
from sfnorch.simulator.processes import Steps, stop_processes
from sfnorch.simulator.record import SECOND_RUN, Execution, Run
from sfnorch.simulator.transition_quota import describe_throttling
from sfnorch.simulator.watched_attempts import WatchAttempt
from sfnorch.simulator.world import BEGIN, MAX_EXECUTIONS, AllowedStarts, World
from sfnorch.state_visits import VisitLog
from sfnorch.template.calls import ANY, can_start_itself, find_child_arn
from sfnorch.template.contents import Machine, Template, evaluate_template
from sfnorch.template.iam import can_overlap
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment

_NO_INPUT: Json = {}
"""The input of an execution that is started without one. It is never changed: an execution copies its input."""

_COLLECT_AFTER = 20_000
"""How many more objects than before are the reason for a collection."""

ENDLESS_SECONDS = 3_600.0
"""The default duration of the simulation of a machine that starts itself, in seconds."""


def simulate(
    text: str,
    given: Json = None,
    behaviour: Behaviour | None = None,
    *,
    machine: str = "",
    parameters: Mapping[str, str] | None = None,
    seed: int = 0,
    until: float | None = None,
    where: StackEnvironment | None = None,
    most_executions: int = MAX_EXECUTIONS,
) -> Run:
    """Return the run of the machine named `machine`; the default is the one that starts the others, or the only one.

    Raises SfnorchError for a template or machine that cannot be simulated.
    """
    template = evaluate_template(parse_template(text, "template"), parameters, where)
    return run_machine(
        template,
        choose_machine(template, machine),
        {} if given is None else given,
        behaviour,
        seed=seed,
        until=until,
        most_executions=most_executions,
    )


def run_machine(
    template: Template,
    machine: Machine,
    given: Json = _NO_INPUT,
    behaviour: Behaviour | None = None,
    *,
    seed: int = 0,
    until: float | None = None,
    second_run: float | None = None,
    stop_after: float | None = None,
    most_executions: int = MAX_EXECUTIONS,
    is_rendered: bool = False,
    begin: datetime | None = None,
    watch: WatchAttempt | None = None,
    allowed: AllowedStarts | None = None,
    keeps_visits: bool = False,
    on_end: Callable[[Execution], None] | None = None,
) -> Run:
    """Return the run of the machine with this input.

    After `second_run` seconds, another execution with the same input starts. After `stop_after` seconds, the first
    execution is stopped.

    The simulation stops after `until` seconds; the default for a machine that starts itself is an hour, except for a
    backfill, which ends when all of its dates have run. A template that sfnorch rendered (`is_rendered`) is not checked
    for what AWS refuses: tests check the renderings of all plans. The clock starts at `begin`, by default a fixed time.
    `watch` gets each attempt of a state when it ends, and `on_end` each execution, without those of Map runs. `allowed`
    keeps which starts roles allow, for further runs of the same template. `keeps_visits`: whether the record has inputs
    and outputs of states.

    Raises SfnorchError if AWS refuses the definition of a machine of the template, and UnsupportedSimulationError if
    the run cannot be simulated, or has more executions than `most_executions`, in a backfill for each date.
    """
    if until is None and not is_backfill(machine) and any(map(can_start_itself, machine.list_states())):
        until = ENDLESS_SECONDS
    _refuse_faults(template, is_rendered=is_rendered)
    runs = _count_dates(given) if is_backfill(machine) else 1
    world = World(
        template,
        behaviour or Behaviour(),
        seed,
        begin or BEGIN,
        most_executions=runs * most_executions,
        runs=runs,
        watch=watch,
        allowed=set() if allowed is None else allowed,
        on_end=on_end,
    )
    if keeps_visits:
        world.record.visits = VisitLog()
    first = begin_execution(world, machine, given)
    if second_run is not None:
        world.clock.process(_begin_second_run(world, machine, given, second_run))
    if stop_after is not None:
        world.clock.process(_stop_execution(world, first, stop_after))
    try:
        with collect_rarely():
            world.clock.run(until)
    except UnsupportedSimulationError as error:  # simpy raises copies of the original error, without its hint
        while isinstance(error.__cause__, UnsupportedSimulationError):
            error = error.__cause__
        raise error from None
    finally:
        world.close()
    for name in world.mocks.list_unused():
        world.record.notes["mock", name, ""] = f"the mock of {name} was not used: no such state was reached"
    if throttling := describe_throttling(world.record.entered, template.stack.where.region):
        world.record.notes["quota", "transitions", ""] = throttling
    if any(execution.status == "RUNNING" for execution in world.record.executions):
        world.record.cut_off = until
    return world.record


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Let the garbage collector look at the record of the run rarely: it grows, and nothing in it is garbage."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _begin_second_run(world: World, machine: Machine, given: Json, after: float) -> Steps[None]:
    yield world.clock.timeout(after)
    second = begin_execution(world, machine, given)
    second.title += SECOND_RUN


def _stop_execution(world: World, execution: Execution, after: float) -> Steps[None]:
    yield world.clock.timeout(after)
    yield from stop_processes(world.clock, [world.processes[execution.arn]])


def choose_machine(template: Template, name: str = "") -> Machine:
    """Return the machine of this name; without a name, the only one, or the one that starts others and is not started.

    The machine of backfills is started only by its name.
    Raises SfnorchError if no machine or several machines match.
    """
    if name:
        return template.find(name)
    if not template.machines:
        raise SfnorchError(f"{template.source.file}: no state machine found")
    machines = [machine for machine in template.machines if not is_backfill(machine)] or template.machines
    calls = [(machine, find_child_arn(state)) for machine in machines for state in machine.list_states()]
    started = [(machine, arn) for machine, arn in calls if arn not in ("", ANY)]  # ANY: it is chosen at run time
    first = [
        machine
        for machine in machines
        if not any(can_overlap(arn, machine.arn) for caller, arn in started if caller is not machine)
    ]
    if len(first) == 1:
        return first[0]
    names = ", ".join(machine.logical_id for machine in template.machines)
    raise SfnorchError(
        f"{template.source.file} has several state machines", hint=f"specify one with --machine: {names}"
    )


def is_backfill(machine: Machine) -> bool:
    """Return whether the machine runs another one for each date of a list."""
    return machine.definition is not None and backfill.MARK.is_in(machine.definition.data)


def _count_dates(given: Json) -> int:
    """Return the number of dates in the input of a backfill; 1 for an input that it refuses."""
    return min(max(1, len(read_list(read_mapping(given).get("dates")))), backfill.MOST_DATES_IN_ALL)


def _refuse_faults(template: Template, *, is_rendered: bool) -> None:
    """Raise SfnorchError with all reasons for which AWS refuses a definition of the template, or it cannot be read."""
    faults = [machine.fault for machine in template.machines if machine.fault]
    if not is_rendered:
        from sfnorch.definitions.machines import describe_faults  # a rendered template does not need these modules

        faults += [fault for machine in template.machines for fault in describe_faults(machine)]
    if faults:
        faults.sort(key=lambda fault: (fault.file, fault.line or 0))
        raise SfnorchError("\n".join(map(str, faults)))
