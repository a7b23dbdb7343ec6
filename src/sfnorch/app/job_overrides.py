"""Jobs that replace those of a child in the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.errors import RequestError

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan


@dataclass(frozen=True, slots=True)
class JobOverride:
    """The jobs of a child instead of those in the plan."""

    child: str | int
    """The name of the child, or its number, counted from 1."""
    jobs: tuple[str, ...]
    """The names of the Glue jobs."""

    def refuse(self, reason: str) -> RequestError:
        """Return the error for an override that does not fit the plan."""
        return RequestError(f": {reason}", field="jobs", key=self.child)


def override_jobs(plan: AnyPlan, overrides: Sequence[JobOverride]) -> AnyPlan:
    """Return the plan with the jobs of the overrides. The last override of a child applies.

    Raises RequestError for an unknown child and for a plan without children, SfnorchError for invalid jobs.
    """
    if not overrides:
        return plan
    from sfnorch.plan.job_lists import replace_jobs  # loaded for other jobs only

    if plan.pattern != "master-child":
        raise RequestError(f" require a plan with children; the pattern is {plan.pattern}", field="jobs")
    names = [child.name for child in plan.children]
    changed: dict[int, Sequence[str]] = {}
    for override in overrides:
        changed[find_child_index(override, names)] = override.jobs
    return replace_jobs(plan, changed)


def find_child_index(override: JobOverride, names: Sequence[str]) -> int:
    """Return the index of the child among the names of all children. Raises RequestError for an unknown child."""
    available = ", ".join(names)
    match override.child:
        case int(number) if not 0 < number <= len(names):
            raise override.refuse(f"the plan has {len(names)} children; available: {available}")
        case int(number):
            return number - 1
        case name if name not in names:
            raise override.refuse(f"unknown child; available: {available}")
        case name:
            return names.index(name)
