"""The parts of a plan that run Glue jobs, in every pattern: jobs of children, jobs in a list, tasks, and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from sfnorch.plan.composition.named_items import change_inner_steps, list_inner_steps
from sfnorch.plan.composition.tree import Node

JOB_KEY = "glue_job"
"""The key of a task or a step with the name of its Glue job."""

Change: TypeAlias = Callable[[Node], Node]
"""Changes a part: the name of a job, or a mapping."""


def change_jobs(plan: Node, change: Change) -> Node:
    """Return the plan with each part that runs a Glue job changed."""
    if children := plan.get("children"):
        plan = plan.replace(children=_change_items(children, lambda child: change_chain(child, change)))
    if jobs := plan.get("jobs"):
        plan = plan.replace(jobs=_change_items(jobs, change))
    if tasks := plan.get("tasks"):
        plan = plan.replace(tasks=_change_items(tasks, lambda task: change(task) if JOB_KEY in task.members else task))
    if steps := plan.get("steps"):
        plan = plan.replace(steps=_change_steps(steps, change))
    return plan


def change_chain(child: Node, change: Change) -> Node:
    """Return the child with each of its jobs changed."""
    jobs = child.get("jobs")
    return child.replace(jobs=_change_items(jobs, change)) if jobs else child


def _change_items(node: Node, change: Change) -> Node:
    return Node([change(item) for item in node.items], node.place) if node.is_list else node


def _change_steps(steps: Node, change: Change) -> Node:
    def change_step(step: Node) -> Node:
        step = change_inner_steps(step, lambda inner: _change_steps(inner, change))
        return change(step) if JOB_KEY in step.members else step

    return _change_items(steps, change_step)


def list_jobs(plan: Node) -> Iterator[Node]:
    """Yield each part that runs a Glue job."""
    for child in _list_items(plan, "children"):
        yield from _list_items(child, "jobs")
    yield from _list_items(plan, "jobs")
    yield from (task for task in _list_items(plan, "tasks") if JOB_KEY in task.members)
    steps = plan.get("steps")
    yield from _list_steps(steps) if steps else ()


def _list_items(node: Node, key: str) -> list[Node]:
    inner = node.get(key)
    return inner.items if inner else []


def _list_steps(steps: Node) -> Iterator[Node]:
    for step in steps.items:
        if JOB_KEY in step.members:
            yield step
        for inner in list_inner_steps(step):
            yield from _list_steps(inner)


def find_job_name(part: Node) -> Node | None:
    """Return the name of the part's job; None if it has no valid one."""
    if part.text is not None:
        return part
    name = part.get(JOB_KEY) or part.get("name")
    return name if name and name.text is not None else None


def rename_job(part: Node, name: Node) -> Node:
    """Return the part with another name of its job."""
    if part.text is not None:
        return name
    return part.replace(**{JOB_KEY if JOB_KEY in part.members else "name": name})


def add_settings(part: Node, merge: Callable[[Node], Node]) -> Node:
    """Return the part with settings that `merge` merges into its mapping."""
    return merge(Node({"name": part}, part.place) if part.text is not None else part)
