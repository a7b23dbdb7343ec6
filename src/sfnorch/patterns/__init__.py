"""The patterns: one file each, Plan -> Workflow; this is their registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sfnorch.origin import Origin

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A kind of orchestration: its name in the plan, what it is for, and the module that builds it."""

    name: str
    summary: str
    module: str

    def workflow(self, plan: AnyPlan) -> Workflow:
        """Return the plan's orchestration."""
        build: Callable[[Any], Workflow] = import_module(f"{__name__}.{self.module}").workflow
        return replace(build(plan), origin=Origin(pattern=self.name, name=plan.name or ""))


PATTERNS = {
    pattern.name: pattern
    for pattern in (
        Pattern(
            name="master-child",
            summary="Chains of Glue jobs side by side: a master starts a child for each and waits for all.",
            module="master_child",
        ),
        Pattern(
            name="dynamic",
            summary="One state machine; each execution runs the Glue jobs handed to it at start.",
            module="dynamic",
        ),
        Pattern(
            name="dag",
            summary="Tasks that wait for just what they need: each starts the moment its last need is done.",
            module="dag",
        ),
        Pattern(
            name="continuous",
            summary="A Glue workflow that runs again and again, until one of its actions fails.",
            module="continuous",
        ),
        Pattern(
            name="flow",
            summary="Steps one after another, side by side, and for each item: jobs, functions, SQL, objects.",
            module="flow",
        ),
    )
}


def workflow(plan: AnyPlan) -> Workflow:
    """Return the orchestration of any plan."""
    return PATTERNS[plan.pattern].workflow(plan)
