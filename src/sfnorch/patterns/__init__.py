"""Patterns: each builds the orchestration, as plain data, from its kind of plan.

A package for each pattern has a function `build_workflow`. It gets a plan and returns a `Workflow`: state machines
with their states and permissions, functions, parameters and outputs, before any CloudFormation. `PATTERNS` lists the
patterns, and imports a package when it is used. `kinds/` has a file for each kind of step and task.

The other modules are parts of several patterns: `run_context` resolves the parameters of a run and `overlap` acquires
its lock, `job_lists` reads the jobs in an input and `given_jobs` runs them, `job_failure` sets the alarm and ends with
the failure of a job, `causes` reads errors, `message` builds notifications, and `stack_parameters` declares what a
deployment can set. JSONata programs are beside the code that uses them. Names that `runs` reads too are in `protocol`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from sfnorch.origin import Origin

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.workflow import Workflow


class Pattern(NamedTuple):
    """A pattern: its name in the plan, its summary, and the module that builds its workflow."""

    name: str
    summary: str
    module: str

    def build(self, plan: AnyPlan) -> Workflow:
        """Return the workflow of the plan."""
        build: Callable[[Any], Workflow] = import_module(f"{__name__}.{self.module}").build_workflow
        environment = plan.provenance.environment_name
        workflow = build(plan)._replace(
            origin=Origin(pattern=self.name, name=plan.name or "", environment=environment),
            has_dashboard=plan.dashboard,
        )
        return _add_deadlines(plan, workflow)


PATTERNS = {
    pattern.name: pattern
    for pattern in (
        Pattern(
            name="master-child",
            summary="Chains of Glue jobs in parallel: a master starts a child for each chain and waits for all.",
            module="master_child",
        ),
        Pattern(
            name="dynamic",
            summary="One state machine; each execution runs the Glue jobs from its input.",
            module="dynamic",
        ),
        Pattern(
            name="dag",
            summary="Tasks with dependencies: each task starts as soon as the tasks that it needs have succeeded.",
            module="dag",
        ),
        Pattern(
            name="continuous",
            summary="A Glue workflow that runs in a loop, until an action fails.",
            module="continuous",
        ),
        Pattern(
            name="flow",
            summary="Steps in sequence, in parallel, and for each item: jobs, functions, SQL, S3 objects.",
            module="flow",
        ),
        Pattern(
            name="fan-out",
            summary="A chain of Glue jobs for every item of a list, each in a separate execution.",
            module="fan_out",
        ),
    )
}


def build_workflow(plan: AnyPlan) -> Workflow:
    """Return the workflow of a plan of any pattern."""
    return PATTERNS[plan.pattern].build(plan)


def _add_deadlines(plan: AnyPlan, workflow: Workflow) -> Workflow:
    """Return the workflow with the deadlines of the plan. Their module is imported only for a plan that has some."""
    timed = [plan, *(plan.children if plan.pattern == "master-child" else ())]
    if not any(each.max_duration or getattr(each, "deadline", None) for each in timed):
        return workflow
    from sfnorch.patterns.deadlines import add_deadlines

    return add_deadlines(plan, workflow)
