"""Simulate an execution of a template or a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfnorch.app.sources import PlanSource, evaluate, read_source, surround
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.figures import PRICE_PER_1000, Figures, figures
from sfnorch.simulator.run import chosen, play

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
    execution_input: Any = None,
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

    Raises SfnorchError for a template or plan that cannot be read or simulated.
    """
    evaluated = evaluate(read_source(template, plan), parameters or {}, surround(region), stack_name)
    folder = template or (plan if isinstance(plan, Path) else Path())
    chosen_behaviour = behaviour or Behaviour(run_isolated=template is None)
    if chosen_behaviour.code_folder is None:
        chosen_behaviour = replace(chosen_behaviour, code_folder=folder.parent)
    return simulate_template(evaluated, execution_input, chosen_behaviour, machine=machine, seed=seed, until=until)


def simulate_template(
    template: Template,
    execution_input: Any,
    behaviour: Behaviour,
    *,
    machine: str = "",
    seed: int = 0,
    until: float | None = None,
    price: float = PRICE_PER_1000,
) -> Simulation:
    """Simulate an execution of a template. `price` is that of 1,000 state transitions, in US dollars.

    Raises SfnorchError if it cannot be simulated.
    """
    run = play(template, chosen(template, machine), execution_input, behaviour, seed=seed, until=until)
    return Simulation(run, figures(run, price))
