"""Forecast an execution: simulate it many times with outcomes of jobs that are drawn from recorded runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.forecast_samples import UNKNOWN_DPUS, RunSample, list_limits, sample_run, share_values
from sfnorch.app.forecast_warnings import warn_of_cut_off, warn_of_own_failure, warn_of_recorded_runs
from sfnorch.app.parallel_work import WorthProcesses, can_fork, choose_count, work_in_processes
from sfnorch.app.simulated_start import find_time_zone
from sfnorch.app.simulation import PreparedSimulation, prepare_simulation, read_simulated_template
from sfnorch.app.statistics import Spread, estimate_share, spread_values
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.job_history.files import read_durations
from sfnorch.schedules.zones import load_zone
from sfnorch.simulator.jobs import list_run_job_names
from sfnorch.simulator.run import collect_rarely

if TYPE_CHECKING:
    from sfnorch.app.simulation import SimulateRequest
    from sfnorch.app.statistics import Share
    from sfnorch.job_history.models import DurationsDocument
    from sfnorch.simulator.world import AllowedStarts
    from sfnorch.template.contents import Template

DEFAULT_RUNS = 1_000
MOST_RUNS = 100_000
WORTH_PROCESSES = WorthProcesses(copies=40, new=500)
"""The numbers of runs that take longer than to start processes."""

_LONGEST = 31_536_000
"""The maximum duration of an execution in seconds: a year."""

NOT_COUNTED = ("SNS", "CloudWatch", "S3", "DynamoDB", "EventBridge", "data transfer")
"""What no price of a forecast contains."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastExecution:
    """The end of the executions of a name, in seconds after the start of the run."""

    name: str
    end: Spread
    failed: Share
    """The share of runs in which one of these executions failed. One that runs at the end has not failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastJob:
    """A job, or other work that takes time, in the runs of a forecast."""

    name: str
    kind: str
    """`job`, `workflow`, `function`, `machine`, `statement`, `query` or `crawl`."""
    ran: Share
    critical: Share
    """The share of runs in which the job was on the critical path."""
    failed: Share
    recorded: int
    """The number of recorded runs; 0 for a job whose duration is assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDeadline:
    """The probability of missing a deadline: the execution fails, or ends later."""

    seconds: float
    """The deadline in seconds after the start."""
    at: datetime | None
    """The deadline, if the run has a start time."""
    missed: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLimit:
    """The probability that an alarm on the duration of a state machine is raised: a deadline or a maximum duration."""

    name: str
    """The state machine, without the stack's name."""
    seconds: float
    """The seconds after the start of its execution."""
    is_deadline: bool
    """Whether an execution that fails misses it too."""
    missed: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPrice:
    """The price of a run in US dollars."""

    whole: Spread
    glue_mean: float
    step_functions_mean: float
    dpu_hours_mean: float
    uncounted: tuple[str, ...]
    """What the price does not contain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The result of a forecast."""

    runs: int
    seed: int
    main: ForecastExecution
    failures: Share
    """The share of runs in which an execution or a job run failed, whether or not the plan handles it."""
    executions: tuple[ForecastExecution, ...]
    """The other executions by name: the one that ends last first."""
    jobs: tuple[ForecastJob, ...]
    """The jobs: the one that is most often on the critical path first."""
    deadline: ForecastDeadline | None
    limits: tuple[ForecastLimit, ...]
    """The deadlines and maximum durations in the alarms of the template."""
    price: ForecastPrice
    warnings: tuple[str, ...]
    seconds: tuple[float, ...]
    """The end of each run, sorted."""


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
    return _combine(samples, request, document, warnings, prepared, title)


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


def _combine(
    samples: list[RunSample],
    request: ForecastRequest,
    document: DurationsDocument,
    warnings: tuple[str, ...],
    prepared: PreparedSimulation,
    title: str,
) -> Forecast:
    count = len(samples)
    ends: dict[str, list[float]] = {}
    failed_executions: Counter[str] = Counter()
    critical: Counter[str] = Counter()
    ran: Counter[tuple[str, str]] = Counter()
    failed_jobs: Counter[str] = Counter()
    uncounted: dict[str, None] = {}
    for sample in samples:
        for name, end in sample.ends.items():
            ends.setdefault(name, []).append(end)
        failed_executions.update(sample.failed_executions)
        critical.update(sample.critical_path)
        ran.update(sample.ran)
        failed_jobs.update(sample.failed_jobs)
        uncounted.update(dict.fromkeys(sorted(sample.uncounted)))
    jobs = [
        ForecastJob(
            name=name,
            kind=kind,
            ran=estimate_share(ran[name, kind], count),
            critical=estimate_share(critical[name], count),
            failed=estimate_share(failed_jobs[name], count),
            recorded=document.jobs[name].runs if kind == "job" and name in document.jobs else 0,
        )
        for name, kind in sorted(ran, key=lambda each: (-critical[each[0]], each))
    ]
    executions = [
        ForecastExecution(
            name=f"{name} (further executions)" if name == title else name,
            end=spread_values(found),
            failed=estimate_share(failed_executions[name], count),
        )
        for name, found in ends.items()
    ]
    return Forecast(
        runs=count,
        seed=request.simulation.seed,
        main=ForecastExecution(
            name=title,
            end=spread_values([sample.seconds for sample in samples]),
            failed=estimate_share(sum(sample.has_failed for sample in samples), count),
        ),
        failures=estimate_share(sum(sample.has_failures for sample in samples), count),
        executions=tuple(sorted(executions, key=lambda each: (-each.end.p50, each.name))),
        jobs=tuple(jobs),
        deadline=_judge_deadline(samples, request, prepared),
        limits=tuple(_judge_limits(samples, prepared.template)),
        price=ForecastPrice(
            whole=spread_values([sample.glue_price + sample.step_functions_price for sample in samples]),
            glue_mean=sum(sample.glue_price for sample in samples) / count,
            step_functions_mean=sum(sample.step_functions_price for sample in samples) / count,
            dpu_hours_mean=sum(sample.dpu_seconds for sample in samples) / count / 3600,
            uncounted=(*_list_uncounted(uncounted), *NOT_COUNTED),
        ),
        warnings=warnings,
        seconds=tuple(sorted(sample.seconds for sample in samples)),
    )


def _list_uncounted(found: Collection[str]) -> Iterator[str]:
    """Yield the names, with Glue jobs as one number: there can be many."""
    jobs = [name for name in found if name.startswith(UNKNOWN_DPUS)]
    yield from (name for name in found if not name.startswith(UNKNOWN_DPUS))
    if jobs:
        yield f"{len(jobs)} Glue jobs whose DPUs are unknown" if len(jobs) > 1 else f"{jobs[0]}, whose DPUs are unknown"


def _judge_deadline(
    samples: list[RunSample], request: ForecastRequest, prepared: PreparedSimulation
) -> ForecastDeadline | None:
    deadline, begin = request.deadline, prepared.begin
    if deadline is None:
        return None
    at = None
    if isinstance(deadline, time):
        assert begin is not None  # noqa: S101 - the request has a start time
        at = _find_next(deadline, begin, find_time_zone(prepared.template, prepared.machine))
        seconds = (at - begin).total_seconds()
    else:
        seconds = deadline
        at = None if begin is None else begin + timedelta(seconds=seconds)
    missed = sum(not sample.has_succeeded or sample.seconds > seconds for sample in samples)
    return ForecastDeadline(seconds=seconds, at=at, missed=estimate_share(missed, len(samples)))


def _judge_limits(samples: list[RunSample], template: Template) -> Iterator[ForecastLimit]:
    titles = {machine.arn: template.build_title(machine) for machine in template.machines}
    for limit in list_limits(template):
        if limit.machine in titles:
            yield ForecastLimit(
                name=titles[limit.machine],
                seconds=limit.seconds,
                is_deadline=limit.is_deadline,
                missed=estimate_share(sum(limit in sample.missed for sample in samples), len(samples)),
            )


def _find_next(deadline: time, begin: datetime, zone_name: str) -> datetime:
    """Return the first moment after the start at which clocks in the time zone show this time."""
    zone = load_zone(zone_name)
    local = begin.astimezone(zone)
    for days in range(3):
        day = local.date() + timedelta(days=days)
        found = datetime.combine(day, deadline, tzinfo=zone).astimezone(timezone.utc)
        if found > begin:
            return found.astimezone(zone)
    raise AssertionError("every time comes within two days")
