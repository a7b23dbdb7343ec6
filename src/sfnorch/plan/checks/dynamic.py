"""Checks of a `dynamic` plan: the settings of its jobs."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.plan.checks.jobs import check_job_run
from sfnorch.plan.checks.names import check_repeated
from sfnorch.plan.models.dynamic import DynamicPlan
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.sound_part import ValidPart


def check_jobs(plan: DynamicPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield jobs with settings in two places, and settings that contradict each other."""
    named: list[tuple[Path, str]] = [(("jobs", index, "name"), job.name) for index, job in enumerate(plan.jobs)]
    yield from check_repeated(named, "{name!r} already has settings in {first}; remove one of them")
    for index, job in enumerate(plan.jobs):
        yield from check_job_run(job, ("jobs", index))
