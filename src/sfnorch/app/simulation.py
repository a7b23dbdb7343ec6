"""Simulate an execution of a template, a definition or a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfnorch.app.account import Waits, wait_without_words
from sfnorch.app.simulated.preparation import prepare_simulation, read_simulated_template
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.simulator.figures import Figures, compute_figures

if TYPE_CHECKING:
    from sfnorch.app.simulated.backfill import SimulatedDate
    from sfnorch.simulator.record import Run
    from sfnorch.simulator.watched_attempts import WatchAttempt
    from sfnorch.template.contents import Template


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated run, and its figures."""

    run: Run
    """Executions, events, job runs, messages, alarms and objects; times are in seconds after the start."""
    figures: Figures
    """Time, critical path, state transitions and their price, events."""
    dates: Sequence[SimulatedDate] | None = None
    """The dates that have started; None unless a backfill was simulated."""
    template: Template | None = field(default=None, repr=False, compare=False)
    """The template that was simulated, for pictures of its state machines."""

    @property
    def has_succeeded(self) -> bool:
        """Return whether no execution has failed; one that the simulation has left running has not."""
        return all(execution.status in ("SUCCEEDED", "RUNNING") for execution in self.run.executions)


def simulate(
    request: SimulateRequest,
    *,
    waits: Waits = wait_without_words,
    on_warning: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Simulate an execution offline, in virtual time, as `sfnorch simulate` does.

    `waits` shows what the function waits for. `on_warning` gets a sentence if code of functions runs without isolation.
    `on_progress` gets the number of dates of a backfill that have ended, and of all dates, instead of `waits`.

    Raises SfnorchError for a template, a definition or a plan that cannot be read or simulated, or does not accept the
    parameters and substitutions, and RequestError for jobs and states of the behaviour that do not exist.
    """
    with waits("Reading the template"):
        template = read_simulated_template(request)
    return simulate_template(template, request, waits=waits, on_warning=on_warning, on_progress=on_progress)


def simulate_template(
    template: Template,
    request: SimulateRequest,
    *,
    waits: Waits = wait_without_words,
    on_warning: Callable[[str], None] = lambda _: None,
    watch: WatchAttempt | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Simulate an execution of a template that `read_simulated_template` has read for a request like this one.

    `watch` gets each attempt of a state when it ends. `on_progress` is that of `simulate`.

    Raises the errors of `simulate`.
    """
    prepared = prepare_simulation(template, request, on_warning=on_warning)
    on_end = None
    if on_progress and prepared.backfill and request.backfill:
        from sfnorch.app.simulated.backfill import count_dates  # few simulations are backfills

        on_end = count_dates(prepared.backfill[0], request.backfill, on_progress)
    with waits("Simulating the execution") if on_end is None else nullcontext():
        run = prepared.run(watch=watch, on_end=on_end)
        found = compute_figures(run, request.price)
    prepared.refuse_unknown_jobs(run)
    if prepared.backfill is None:
        return Simulation(run, found, template=prepared.template)
    from sfnorch.app.simulated.backfill import list_simulated_dates

    return Simulation(run, found, list_simulated_dates(run, *prepared.backfill), prepared.template)
