"""Forecast an execution: simulate it many times with outcomes of jobs that are drawn from recorded runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.forecasts.samples import RunSample, sample_run, share_values
from sfnorch.app.forecasts.summary import summarize_samples
from sfnorch.app.forecasts.warnings import warn_of_cut_off, warn_of_own_failure, warn_of_recorded_runs
from sfnorch.app.simulated.preparation import PreparedSimulation, prepare_simulation, read_simulated_template
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.job_history.files import read_durations
from sfnorch.parallel_work import WorthProcesses, can_fork, choose_count, work_in_processes
from sfnorch.simulator.jobs import list_run_job_names
from sfnorch.simulator.run import collect_rarely

if TYPE_CHECKING:
    from sfnorch.app.forecasts.results import Forecast
    from sfnorch.app.simulated.request import SimulateRequest
    from sfnorch.job_history.models import DurationsDocument
    from sfnorch.simulator.world import AllowedStarts

DEFAULT_RUNS = 1_000
MOST_RUNS = 100_000
WORTH_PROCESSES = WorthProcesses(copies=40, new=500)
"""The numbers of runs that take longer than to start processes."""

_LONGEST = 31_536_000
"""The maximum duration of an execution in seconds: a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRequest:
    """A forecast: a simulation, the recorded runs of its jobs, the number of runs, and a deadline."""

    simulation: SimulateRequest
    durations: Path | DurationsDocument
    """The file with the recorded runs, or its content."""
    runs: int = DEFAULT_RUNS
    deadline: float | time | None = None
    """The seconds after the start, or the local time of the day, by which the execution must have succeeded."""
    processes: int | None = None
    """The number of processes. By default, one for each processor if copies of this process are safe, otherwise one.

    The result does not depend on it. Where copies are not safe, as on macOS and Windows, several processes import the
    main module: a script that passes a number must do its work below `if __name__ == "__main__":`.
    """

    def __post_init__(self) -> None:
        """Raise RequestError for a request that contradicts itself."""
        if not 1 <= self.runs <= MOST_RUNS:
            raise RequestError(f" {self.runs}: expected a number from 1 to {MOST_RUNS:,}", field="runs")
        if isinstance(self.deadline, (int, float)) and not 0 < self.deadline <= _LONGEST:
            raise RequestError(" must be longer than 0s, and at most a year", field="deadline")
        if isinstance(self.deadline, time) and self.simulation.at is None:
            raise RequestError(
                f" {self.deadline:%H:%M} requires the start time of the run; pass --at, or a duration such as 3h",
                field="deadline",
            )
        if self.processes is not None and self.processes < 1:
            raise RequestError(f" {self.processes}: must be at least 1", field="processes")
        for field in ("backfill", "second_run", "stop_after"):
            if getattr(self.simulation, field) is not None:
                raise RequestError(" is not supported with a forecast", field=field)


def forecast(
    request: ForecastRequest,
    *,
    on_progress: Callable[[int, int], None] = lambda done, runs: None,
    on_warning: Callable[[str], None] = lambda _: None,
) -> Forecast:
    """Simulate the execution many times, as `sfnorch simulate --durations FILE --runs NUMBER` does.

    `on_progress` gets the number of runs that have ended, and of all runs. `on_warning` gets a sentence if code of
    functions runs without isolation.

    Raises the errors of `simulate`, and SfnorchError for a file of durations that cannot be read.
    """
    durations = request.durations
    document = read_durations(durations) if isinstance(durations, Path) else durations
    template = read_simulated_template(request.simulation)
    prepared = prepare_simulation(template, request.simulation, on_warning=on_warning)
    first = prepared.run()  # it finds wrong names of jobs before the many runs
    prepared.refuse_unknown_jobs(first)
    samples: list[RunSample] = []
    known: dict[object, object] = {}
    for sample in _list_samples(prepared, document, request):
        samples.append(share_values(sample, known))
        on_progress(len(samples), request.runs)
    names = list_run_job_names(prepared.template, first, request.simulation.parameters)
    title = prepared.template.build_title(prepared.machine)
    warnings = (
        *warn_of_cut_off(samples, title),
        *warn_of_own_failure(first, title),
        *warn_of_recorded_runs(document, samples, names, prepared.behaviour),
    )
    return summarize_samples(samples, prepared, document, warnings=warnings, deadline=request.deadline)


def _list_samples(
    prepared: PreparedSimulation, document: DurationsDocument, request: ForecastRequest
) -> Iterator[RunSample]:
    """Yield the sample of each run, in the order of their numbers, from one process or several."""
    allowed: AllowedStarts = set()
    work = partial(_sample, prepared, document, allowed)
    processes = request.processes if request.processes or can_fork() else 1
    count = choose_count(processes, request.runs, WORTH_PROCESSES)
    with collect_rarely():
        if count == 1:
            yield from map(work, range(request.runs))
            return
        killed = SfnorchError(
            "A process that simulated runs was killed; the memory can be full", hint="simulate fewer runs with --runs"
        )
        yield from work_in_processes(work, range(request.runs), count, killed)


def _sample(
    prepared: PreparedSimulation, document: DurationsDocument, allowed: AllowedStarts, number: int
) -> RunSample:
    return sample_run(prepared, document.jobs, number, allowed)
