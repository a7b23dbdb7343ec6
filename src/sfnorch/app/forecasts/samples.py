"""One run of a forecast: its outcomes of jobs are drawn from recorded runs, and it is reduced to a few numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sfnorch.prices import find_dpu_hour_price, find_minimum_seconds
from sfnorch.simulator.behaviour import Fault, RunOutcome
from sfnorch.simulator.figures import compute_figures

if TYPE_CHECKING:
    from sfnorch.app.simulated.preparation import PreparedSimulation
    from sfnorch.job_history.models import JobHistory
    from sfnorch.simulator.record import JobRunRecord, Run
    from sfnorch.simulator.world import AllowedStarts
    from sfnorch.template.alarms import DurationLimit
    from sfnorch.template.contents import Template

UNKNOWN_DPUS = "Glue job "
"""The start of the name of a job whose price is unknown."""

_SUCCEEDED, _RUNNING = "SUCCEEDED", "RUNNING"
_NOT_FAILED = (_SUCCEEDED, _RUNNING)
"""The statuses without a failure: what runs at the end of the simulation has not failed."""

_MESSAGE = "simulated failure: drawn from the recorded runs"


@dataclass(slots=True)
class OutcomeDraws:
    """Draws the outcomes of the job runs of one run.

    Each job has its own sequence of random numbers. Another job in the plan does not change its outcomes.
    """

    jobs: Mapping[str, JobHistory]
    seed: str
    _sequences: dict[str, random.Random] = field(default_factory=dict)

    def draw(self, job: str) -> RunOutcome | None:
        """Return the outcome of the next run of the job; None for a job without recorded runs.

        The run fails with the recorded failure rate. Its duration is one of the recorded ones, each with the same
        probability.
        """
        history = self.jobs.get(job)
        if history is None or not history.runs:
            return None
        numbers = self._sequences.get(job)
        if numbers is None:
            numbers = self._sequences[job] = random.Random(f"{self.seed}/{job}")  # noqa: S311 - a simulation
        has_failed = numbers.random() < history.failure_rate
        seconds = (history.failed_seconds if has_failed else history.seconds) or history.seconds
        drawn = seconds[int(numbers.random() * len(seconds))]
        return RunOutcome(float(drawn), Fault(job, message=_MESSAGE) if has_failed else None)


class RunSample(NamedTuple):
    """A run of a forecast, as numbers; times in seconds after its start, costs in US dollars."""

    seconds: float
    status: str
    """The status of the first execution: RUNNING if the simulation ended before it."""
    ends: dict[str, float]
    """When the executions of each name ended, without the first one."""
    failed_executions: frozenset[str]
    """The names of the executions that failed, without the first one."""
    critical_path: frozenset[str]
    ran: frozenset[tuple[str, str]]
    """The jobs and the other work that ran: name and kind, as in a record of a run."""
    failed_jobs: frozenset[str]
    missed: frozenset[DurationLimit]
    """The deadlines of the template that were missed."""
    glue_price: float
    dpu_seconds: float
    step_functions_price: float
    uncounted: frozenset[str]
    """What the price does not contain: services, and jobs whose DPUs are unknown."""

    @property
    def has_succeeded(self) -> bool:
        """Return whether the first execution has succeeded."""
        return self.status == _SUCCEEDED

    @property
    def is_cut_off(self) -> bool:
        """Return whether the simulation ended before the first execution."""
        return self.status == _RUNNING

    @property
    def has_failed(self) -> bool:
        """Return whether the first execution has failed."""
        return self.status not in _NOT_FAILED

    @property
    def has_failures(self) -> bool:
        """Return whether an execution or a job run failed."""
        return self.has_failed or bool(self.failed_executions or self.failed_jobs)


def sample_run(
    prepared: PreparedSimulation, jobs: Mapping[str, JobHistory], number: int, allowed: AllowedStarts
) -> RunSample:
    """Return the run of this number: the same seed and the same number give the same run."""
    seed = prepared.request.seed
    draws = OutcomeDraws(jobs, f"{seed}/{number}")
    run = prepared.run(draw=draws.draw, seed=seed + number, allowed=allowed)
    return summarize_run(run, jobs, prepared.request.price, list_limits(prepared.template))


def share_values(sample: RunSample, known: dict[Any, Any]) -> RunSample:
    """Return the sample with the equal values that are `known`, to which new values are added.

    The samples of many runs have the same names, also those that other processes have sent as copies.
    """
    values = {key: known.setdefault(value, value) for key in _SHARED for value in (getattr(sample, key),)}
    ends = {known.setdefault(name, name): end for name, end in sample.ends.items()}
    return sample._replace(ends=ends, **values)


def list_limits(template: Template) -> list[DurationLimit]:
    """Return the deadlines and maximum durations in the alarms of the template, each once, in their order."""
    return list(dict.fromkeys(limit for alarm in template.alarms for limit in alarm.limits))


def _is_missed(run: Run, limit: DurationLimit) -> bool:
    """Return whether an execution of the machine took longer, or, for a deadline, did not succeed.

    An execution that runs at the end of the simulation took until then.
    """
    return any(
        (execution.ended or run.cut_off or execution.started) - execution.started > limit.seconds
        or (limit.is_deadline and execution.status != _SUCCEEDED)
        for execution in run.executions
        if execution.machine == limit.machine
    )


def summarize_run(
    run: Run, jobs: Mapping[str, JobHistory], price_per_1000: float, limits: Iterable[DurationLimit] = ()
) -> RunSample:
    """Return the numbers of the run."""
    figures = compute_figures(run, price_per_1000)
    ends: dict[str, float] = {}
    failed = set()
    for execution in run.executions[1:]:
        name = execution.map_run.title if execution.map_run else execution.title
        end = figures.seconds if execution.ended is None else execution.ended
        ends[name] = max(ends.get(name, 0.0), end)
        if execution.status not in _NOT_FAILED:
            failed.add(name)
    glue_price = dpu_seconds = 0.0
    uncounted = {_SERVICES[each.kind] for each in run.job_runs if each.kind in _SERVICES}
    if run.counted_job_runs.names:
        uncounted.add("job runs of large Map runs")
    if any(execution.express for execution in run.executions):
        uncounted.add("Express workflows")
    for job_run in run.job_runs:
        if job_run.kind != "job":
            continue
        used = _count_dpu_seconds(job_run, jobs.get(job_run.job))
        if used is None:
            uncounted.add(f"{UNKNOWN_DPUS}{job_run.job}")
            continue
        history = jobs[job_run.job]
        dpu_seconds += used
        glue_price += (
            used / 3600 * find_dpu_hour_price(history.worker_type, history.glue_version, history.execution_class)
        )
    return RunSample(
        seconds=figures.seconds,
        status=run.first.status,
        ends=ends,
        failed_executions=frozenset(failed),
        critical_path=frozenset(figures.critical_path),
        ran=frozenset((each.job, each.kind) for each in run.job_runs)
        | {(name, "job") for name in run.counted_job_runs.names},
        failed_jobs=frozenset(each.job for each in run.job_runs if each.status not in _NOT_FAILED),
        missed=frozenset(limit for limit in limits if _is_missed(run, limit)),
        glue_price=glue_price,
        dpu_seconds=dpu_seconds,
        step_functions_price=figures.price,
        uncounted=frozenset(uncounted),
    )


_SHARED = ("status", "failed_executions", "critical_path", "ran", "failed_jobs", "missed", "uncounted")

_SERVICES = {
    "workflow": "jobs of Glue workflows",
    "function": "Lambda functions",
    "machine": "other state machines",
    "statement": "Redshift",
    "query": "Athena",
    "crawl": "Glue crawlers",
}
"""What the price of a run does not contain, by the kind of an activity."""


def _count_dpu_seconds(job_run: JobRunRecord, history: JobHistory | None) -> float | None:
    """Return the DPU-seconds that Glue bills for the run; None if they are unknown."""
    dpus = history.mean_dpus if history else None
    if history is None or dpus is None or job_run.ended is None:
        return None
    return dpus * max(job_run.ended - job_run.started, find_minimum_seconds(dpus, history.glue_version))
