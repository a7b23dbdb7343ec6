"""Simulate an execution of a template or a plan."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.account import Waits, wait_without_words
from sfnorch.app.parameter_faults import refuse_faults
from sfnorch.app.sources import PlanSource, evaluate, read_source, surround
from sfnorch.errors import RequestError
from sfnorch.simulator.behaviour import Behaviour, fits
from sfnorch.simulator.figures import PRICE_PER_1000, Figures, figures
from sfnorch.simulator.isolation import find_isolation
from sfnorch.simulator.jobs import job_names
from sfnorch.simulator.run import chosen, play
from sfnorch.template.functions import declared_functions
from sfnorch.template.parameters import parameter_faults

if TYPE_CHECKING:
    from sfnorch.simulator.record import Run
    from sfnorch.template.contents import Template


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated run, and its figures."""

    run: Run
    """Executions, events, job runs, messages, alarms and objects; times are in seconds after the start."""
    figures: Figures
    """Time, critical path, state transitions and their price, events."""

    @property
    def has_succeeded(self) -> bool:
        """Return whether no execution has failed; one that the simulation has left running has not."""
        return all(execution.status in ("SUCCEEDED", "RUNNING") for execution in self.run.executions)


def simulate(
    template: Path | None = None,
    *,
    plan: PlanSource = None,
    execution_input: object = None,
    behaviour: Behaviour | None = None,
    machine: str = "",
    parameters: Mapping[str, str] | None = None,
    stack_name: str | None = None,
    region: str | None = None,
    seed: int = 0,
    until: float | None = None,
) -> Simulation:
    """Simulate an execution offline, in virtual time, as `sfnorch simulate` does.

    `template` is the path of a template; without one, the rendering of `plan` is simulated. `execution_input` is
    a JSON value, `behaviour` what services do: failures, durations in seconds, mocks. `machine` is the state machine to
    start; the default is the one that starts the others. `parameters` override defaults of the template. `until` is the
    virtual time after which the simulation ends, in seconds.

    The code of functions runs only for a plan, and only isolated, unless `behaviour` says otherwise.

    Raises SfnorchError for a template or plan that cannot be read or simulated, and RequestError for jobs and states of
    `behaviour` that do not exist.
    """
    evaluated = evaluate(read_source(template, plan), parameters or {}, surround(region), stack_name)
    folder = template or (plan if isinstance(plan, Path) else Path())
    chosen_behaviour = behaviour or Behaviour(run_isolated=template is None)
    if chosen_behaviour.code_folder is None:
        chosen_behaviour = replace(chosen_behaviour, code_folder=folder.parent)
    return simulate_template(evaluated, execution_input, chosen_behaviour, machine=machine, seed=seed, until=until)


def simulate_template(
    template: Template,
    execution_input: object,
    behaviour: Behaviour,
    *,
    machine: str = "",
    seed: int = 0,
    until: float | None = None,
    price: float = PRICE_PER_1000,
    waits: Waits = wait_without_words,
    on_warning: Callable[[str], None] = lambda _: None,
) -> Simulation:
    """Simulate an execution of a template. `price` is that of 1,000 state transitions, in US dollars.

    `on_warning` gets a sentence if code of functions runs without isolation.

    Raises SfnorchError if the template cannot be simulated or does not accept its parameters, and RequestError for jobs
    and states of `behaviour` that do not exist.
    """
    given = template.stack.given
    refuse_faults(parameter_faults(template.stack.section("Parameters"), given))
    _refuse_mocks(template, behaviour)
    if behaviour.run_functions and any(function.playable for function in declared_functions(template.stack)):
        isolation = find_isolation()
        if not isolation.possible:
            on_warning(f"Functions run without isolation, with your permissions: {isolation.reason}")
    with waits("Simulating the execution"):
        run = play(template, chosen(template, machine), execution_input, behaviour, seed=seed, until=until)
        found = figures(run, price)
    _refuse_jobs(behaviour, job_names(template, run, given))
    return Simulation(run, found)


def _refuse_mocks(template: Template, behaviour: Behaviour) -> None:
    states = (state for machine in template.machines for state in machine.walk())
    names = {state.name for state in states if state.kind in ("Task", "Map")}
    _refuse_unknown("mocks", "Task or Map state", set(behaviour.mocks) - names, behaviour.mocks, names)


def _refuse_jobs(behaviour: Behaviour, names: set[str]) -> None:
    for field, patterns in (
        ("faults", [fault.job for fault in behaviour.faults]),
        ("seconds", list(behaviour.seconds)),
        ("throttles", list(behaviour.throttles)),
    ):
        unknown = {pattern for pattern in patterns if not any(fits(pattern, name) for name in names)}
        _refuse_unknown(field, "job", unknown, patterns, names)


def _refuse_unknown(field: str, what: str, unknown: set[str], given: Iterable[str], names: set[str]) -> None:
    """Raise RequestError for the unknown names among the given ones, in their order, each with the most similar."""
    wrong = []
    for name in given:
        if name in unknown:
            near = difflib.get_close_matches(name, sorted(names), n=1)
            wrong.append(f"unknown {what} {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    if wrong:
        raise RequestError(f": {', and '.join(wrong)}", field=field)
