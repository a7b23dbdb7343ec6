"""Warnings of a forecast: what the recorded runs and the simulation do not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sfnorch.durations import format_duration

if TYPE_CHECKING:
    from sfnorch.app.forecasts.samples import RunSample
    from sfnorch.job_history.models import DurationsDocument
    from sfnorch.simulator.behaviour import Behaviour
    from sfnorch.simulator.record import Run

_MOST_CHARACTERS = 300
"""The maximum length of a cause in a warning."""


def warn_of_cut_off(samples: Sequence[RunSample], title: str) -> Iterator[str]:
    """Yield a warning if the simulation ended before the main execution."""
    cut_off = [sample for sample in samples if sample.is_cut_off]
    if cut_off:
        yield (
            f"{title} had not ended after {format_duration(max(sample.seconds for sample in cut_off))}, the end of "
            f"the simulation, in {len(cut_off):,} of {len(samples):,} runs, which count as missing a deadline; "
            "pass a longer time with --until"
        )


def warn_of_own_failure(first: Run, title: str) -> Iterator[str]:
    """Yield a warning if the execution fails although no job fails, such as for a wrong input: then all runs do."""
    execution = first.first
    if execution.status in ("SUCCEEDED", "RUNNING") or any(each.status != "SUCCEEDED" for each in first.job_runs):
        return
    yield f"{title} fails although no job fails: {execution.error}: {execution.cause[:_MOST_CHARACTERS]}"


def warn_of_recorded_runs(
    document: DurationsDocument, samples: Sequence[RunSample], known: set[str], behaviour: Behaviour
) -> Iterator[str]:
    """Yield a warning for jobs without recorded runs, jobs that never succeeded, and jobs that are not `known`."""
    ran = {name for sample in samples for name, _ in sample.ran}
    recorded = {name for name, history in document.jobs.items() if history.runs}
    jobs = {name for sample in samples for name, kind in sample.ran if kind == "job"}
    assumed: dict[float, list[str]] = {}
    for name in sorted(jobs - recorded):
        assumed.setdefault(behaviour.find_duration(name), []).append(name)
    for seconds, names in assumed.items():
        yield f"no recorded runs: each run is assumed to succeed after {format_duration(seconds)}: {', '.join(names)}"
    for name, history in document.jobs.items():
        if name in ran and history.runs and not history.succeeded:
            yield f"job {name} has never succeeded in {history.runs} recorded runs: it fails in all runs"
    if gone := sorted(name for name in document.jobs if name not in known | ran):
        yield f"recorded jobs that the template does not have were ignored: {', '.join(gone)}"
