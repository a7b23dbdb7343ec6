"""Checks of a `master-child` plan: the names of children, and their jobs."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.plan.checks.fan_out import check_item_chain
from sfnorch.plan.checks.jobs import check_job_run
from sfnorch.plan.checks.names import check_names
from sfnorch.plan.item_chains import is_fan_out
from sfnorch.plan.models.master_child import MasterChildPlan
from sfnorch.plan.names import RESERVED_CHILD_NAMES
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.sound_part import ValidPart


def check_children(plan: MasterChildPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults of the plan's children."""
    named: list[tuple[Path, str]] = [
        (("children", index, "name"), child.name) for index, child in enumerate(plan.children)
    ]
    yield from check_names(named)
    for path, name in named:
        if name.lower() in RESERVED_CHILD_NAMES:
            yield path, f"{name!r} is reserved for the master state machine; choose another name"
    for number, child in enumerate(plan.children):
        if is_fan_out(child):
            yield from check_item_chain(child, ("children", number))
            continue
        for index, job in enumerate(child.jobs):
            yield from check_job_run(job, ("children", number, "jobs", index))
