"""The figures of a run: time, critical path, state transitions and their price, history events, peaks."""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.critical_path import find_critical_path
from sfnorch.prices import PRICE_PER_1000
from sfnorch.simulator.record import MAX_EVENTS, Execution, JobRunRecord, Run


class Figures(NamedTuple):
    """The figures of a run; times in seconds, price in US dollars."""

    seconds: float
    critical_path: tuple[str, ...]
    """The activities that determine the run's time, in sequence: job runs, and executions without job runs."""
    transitions: int
    billed: int
    """The state transitions of standard workflows. Express workflows are billed by requests, duration and memory."""
    price: float
    history: int
    """The maximum number of events in the history of an execution."""
    history_limit: int | None
    """The maximum that AWS allows; None if all executions are of Express workflows, which have no limit."""
    peak_job_runs: int
    job_seconds: float
    """The sum of the durations of all job runs, in seconds."""


def compute_figures(run: Run, price_per_1000: float = PRICE_PER_1000) -> Figures:
    """Return the figures of the run."""
    transitions = billed = 0
    for execution in run.executions:
        entered = len(execution.states) + execution.retries
        transitions += entered
        billed += 0 if execution.express else entered
    return Figures(
        seconds=max(run.cut_off or 0.0, *map(_find_end, run.executions)) - run.first.started,
        critical_path=tuple(
            activity.job if isinstance(activity, JobRunRecord) else activity.title
            for activity in find_critical_activities(run)
        ),
        transitions=transitions,
        billed=billed,
        price=billed * price_per_1000 / 1000,
        history=max(execution.history for execution in run.executions),
        history_limit=None if all(execution.express for execution in run.executions) else MAX_EVENTS,
        peak_job_runs=_count_peak(run),
        job_seconds=sum((job.ended or job.started) - job.started for job in run.job_runs)
        + sum(run.counted_job_runs.ended)
        - sum(run.counted_job_runs.started),
    )


def _find_end(activity: Execution | JobRunRecord) -> float:
    return activity.started if activity.ended is None else activity.ended


def find_critical_activities(run: Run) -> list[Execution | JobRunRecord]:
    """Return the activities that determine when the run ends, in sequence, including those in child executions."""
    within: dict[str, list[Execution | JobRunRecord]] = {}
    for execution in run.executions:
        within.setdefault(execution.parent, []).append(execution)
    for job in run.job_runs:
        within.setdefault(job.execution, []).append(job)

    def list_parts(activity: Execution | JobRunRecord) -> list[Execution | JobRunRecord]:
        return within.get(activity.arn, []) if isinstance(activity, Execution) else []

    return find_critical_path(run.first, list_parts, lambda activity: (activity.started, _find_end(activity)))


def _count_peak(run: Run) -> int:
    """Return the maximum number of concurrent job runs; a run that ends when another starts is not concurrent to it."""
    started = sorted([*(job.started for job in run.job_runs), *run.counted_job_runs.started])
    ended = sorted([*map(_find_end, run.job_runs), *run.counted_job_runs.ended])
    peak = over = 0
    for index, at in enumerate(started):
        while over < len(ended) and ended[over] <= at:
            over += 1
        peak = max(peak, index + 1 - over)
    return peak
