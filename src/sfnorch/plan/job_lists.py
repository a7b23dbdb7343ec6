"""Other jobs in the children of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sfnorch.errors import SfnorchError
from sfnorch.plan.default import DefaultJob, DefaultPlan
from sfnorch.plan.item_chains import is_fan_out
from sfnorch.plan.names import MAX_JOBS, find_job_name_fault

if TYPE_CHECKING:
    from sfnorch.plan.kinds import ChainsPlan
    from sfnorch.plan.models.master_child import Child


def replace_jobs(plan: ChainsPlan, jobs: dict[int, Sequence[str]]) -> ChainsPlan:
    """Return the plan with these jobs in these children (from 0). A job that the child already has keeps its settings.

    A name in the plan means the job with its name in the environment.

    Raises SfnorchError, with all faults, for invalid names and for lists that are empty or too long.
    """
    full_names = plan.provenance.job_names
    jobs = {index: [full_names.get(name, name) for name in names] for index, names in jobs.items()}
    wrong = [
        f"{name!r} is not a valid Glue job name: {fault}"
        for names in jobs.values()
        for name in names
        if (fault := find_job_name_fault(name))
    ]
    for index, names in jobs.items():
        if is_fan_out(plan.children[index]):
            wrong.append(f"{plan.children[index].name} is a fan-out, whose jobs cannot be replaced; change the plan")
            continue
        if not 1 <= len(names) <= MAX_JOBS:
            wrong.append(f"{plan.children[index].name} must have 1 to {MAX_JOBS} jobs; got {len(names)}")
    if wrong:
        raise SfnorchError("\n".join(wrong))
    if isinstance(plan, DefaultPlan):
        return plan._replace(
            children=[
                child._replace(jobs=[DefaultJob(name) for name in jobs[n]]) if n in jobs else child
                for n, child in enumerate(plan.children)
            ]
        )
    children = [
        _replace_chain(child, jobs[n]) if n in jobs and not is_fan_out(child) else child
        for n, child in enumerate(plan.children)
    ]
    changed = plan.model_copy(update={"children": children})
    places = plan.places
    for index in jobs:
        places = places.remove_below(("children", index, "jobs"))
    changed.read_from(replace(plan.provenance, places=places))
    return changed


def _replace_chain(child: Child, names: Iterable[str]) -> Child:
    from sfnorch.plan.models.job import Job  # a module that the default plan does not need

    known: dict[str, Job] = {}
    for job in child.jobs:
        known.setdefault(job.name, job)
    return child.model_copy(update={"jobs": [known.get(name) or Job.model_construct(name=name) for name in names]})
