"""Glue jobs of a plan that can have concurrent runs. By default, Glue allows one run of a job at a time.

Whether two runs overlap depends on their durations. This module finds what the plan allows.
https://docs.aws.amazon.com/glue/latest/webapi/API_ExecutionProperty.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.expressions import is_expression
from sfnorch.plan.item_chains import count_concurrent_items, is_fan_out
from sfnorch.plan.paths import Path

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyChild, AnyJob, AnyPlan, ChainsPlan
    from sfnorch.plan.models.dag import DagPlan, DagTask
    from sfnorch.plan.models.fan_out import ItemChain
    from sfnorch.plan.models.flow import FlowStep, ForEach

MOST_ITEMS = 40
"""The number of items of a Map that run concurrently by default.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html (documented)
"""


class ConcurrentJob(NamedTuple):
    """A Glue job with concurrent runs, started by several places of a plan, or by several items of a list.

    `at_once` is the largest number of concurrent runs, `queuing` the values of job_run_queuing at these places.
    """

    job: str
    places: tuple[Path, ...]
    at_once: int
    queuing: frozenset[bool | None] = frozenset({None})
    items: bool = False
    """Whether the items of a list start it."""


class _JobUse(NamedTuple):
    """The uses of a job: all places, the places that can run concurrently with another, and the number of runs."""

    places: tuple[Path, ...]
    meeting: tuple[Path, ...] = ()
    at_once: int = 1
    queuing: frozenset[bool | None] = frozenset({None})
    items: bool = False


def find_concurrent_jobs(plan: AnyPlan) -> Iterator[ConcurrentJob]:
    """Yield each Glue job that the plan can start while an earlier run of the job is still running."""
    match plan.pattern:
        case "master-child":
            uses = _list_chain_uses(plan)
        case "dag":
            uses = _list_task_uses(plan)
        case "flow":
            uses = _list_steps_uses(plan.steps, ("steps",))
        case "fan-out":
            uses = _list_item_uses(plan, ())
        case _:  # the input of an execution names its jobs
            return
    for job, use in uses.items():
        if use.at_once > 1:
            yield ConcurrentJob(job=job, places=use.meeting, at_once=use.at_once, queuing=use.queuing, items=use.items)


def _list_chain_uses(plan: ChainsPlan) -> dict[str, _JobUse]:
    chains = []
    children: Sequence[AnyChild] = plan.children
    for number, child in enumerate(children):
        path: Path = ("children", number)
        chains.append(_list_item_uses(child, path) if is_fan_out(child) else _list_job_uses(child.jobs, path))
    return _combine_concurrent(chains)


def _list_item_uses(chain: ItemChain, path: Path) -> dict[str, _JobUse]:
    return _repeat_uses(_list_job_uses(chain.jobs, path), count_concurrent_items(chain))


def _list_job_uses(jobs: Sequence[AnyJob], path: Path) -> dict[str, _JobUse]:
    chain: dict[str, _JobUse] = {}
    for index, job in enumerate(jobs):
        use = _JobUse(((*path, "jobs", index),), queuing=frozenset({job.job_run_queuing}))
        chain = _combine_sequential(chain, {job.name: use})
    return chain


def _list_task_uses(plan: DagPlan) -> dict[str, _JobUse]:
    by_job: dict[str, list[int]] = {}
    for index, task in enumerate(plan.tasks):
        if task.glue_job:
            by_job.setdefault(task.glue_job, []).append(index)
    needed = _find_all_needs(plan.tasks)
    found: dict[str, _JobUse] = {}
    for job, indexes in by_job.items():
        names = {index: plan.tasks[index].name for index in indexes}
        after = {one: [other for other in indexes if names[other] in needed[names[one]]] for one in indexes}
        meeting = [
            one for one in indexes if any(o != one and o not in after[one] and one not in after[o] for o in indexes)
        ]
        found[job] = _JobUse(
            tuple(("tasks", index) for index in indexes),
            tuple(("tasks", index) for index in meeting),
            len(indexes) - _count_pairs(after),
            frozenset(plan.tasks[index].job_run_queuing for index in indexes),
        )
    return found


def _find_all_needs(tasks: Sequence[DagTask]) -> dict[str, frozenset[str]]:
    """Return the names of all tasks that must have ended before each task starts."""
    needs = {task.name: task.needs for task in tasks}
    found: dict[str, frozenset[str]] = {}
    left = list(needs)
    while left:  # a task is settled when all that it needs is
        name = left[-1]
        if missing := [need for need in needs[name] if need not in found]:
            left += missing
            continue
        left.pop()
        found[name] = frozenset(needs[name]).union(*(found[need] for need in needs[name]))
    return found


def _count_pairs(after: dict[int, list[int]]) -> int:
    """Return the largest number of tasks that can be matched to a task that runs before them, each to a different one.

    The tasks that are left begin chains. The smallest number of chains is the largest number of tasks that can run
    concurrently (Dilworth's theorem).
    """
    behind: dict[int, int] = {}

    def can_pair(one: int, tried: set[int]) -> bool:
        for other in after[one]:
            if other not in tried:
                tried.add(other)
                if other not in behind or can_pair(behind[other], tried):
                    behind[other] = one
                    return True
        return False

    return sum(can_pair(one, set()) for one in after)


def _list_steps_uses(steps: Sequence[FlowStep], path: Path) -> dict[str, _JobUse]:
    found: dict[str, _JobUse] = {}
    for index, step in enumerate(steps):
        found = _combine_sequential(found, _list_step_uses(step, (*path, index)))
        if step.on_error:  # its steps run after the step has ended
            found = _combine_sequential(
                found, _list_steps_uses(step.on_error.steps, (*path, index, "on_error", "steps"))
            )
    return found


def _list_step_uses(step: FlowStep, path: Path) -> dict[str, _JobUse]:
    if step.glue_job:
        return {step.glue_job: _JobUse((path,), queuing=frozenset({step.job_run_queuing}))}
    if step.parallel:
        return _combine_concurrent(
            _list_steps_uses(branch, (*path, "parallel", index)) for index, branch in enumerate(step.parallel)
        )
    if step.for_each:
        return _repeat_uses(
            _list_steps_uses(step.for_each.steps, (*path, "for_each", "steps")), _count_concurrent_items(step.for_each)
        )
    return {}


def _count_concurrent_items(each: ForEach) -> int:
    known = MOST_ITEMS if is_expression(each.items) else len(each.items)
    return min(each.concurrency or MOST_ITEMS, known)


def _combine_sequential(first: dict[str, _JobUse], then: dict[str, _JobUse]) -> dict[str, _JobUse]:
    """Return the uses of jobs if `then` runs after `first` has ended."""
    return {**first, **{job: _join_uses([first[job], use]) if job in first else use for job, use in then.items()}}


def _join_uses(uses: Sequence[_JobUse]) -> _JobUse:
    return _JobUse(
        tuple(place for use in uses for place in use.places),
        tuple(place for use in uses for place in use.meeting),
        max(use.at_once for use in uses),
        frozenset().union(*(use.queuing for use in uses)),
        any(use.items for use in uses),
    )


def _combine_concurrent(branches: Iterable[dict[str, _JobUse]]) -> dict[str, _JobUse]:
    """Return the uses of jobs if these branches run concurrently."""
    by_job: dict[str, list[_JobUse]] = {}
    for branch in branches:
        for job, use in branch.items():
            by_job.setdefault(job, []).append(use)
    found: dict[str, _JobUse] = {}
    for job, uses in by_job.items():
        whole = _join_uses(uses)
        if len(uses) > 1:
            total = sum(use.at_once for use in uses)
            whole = _JobUse(whole.places, whole.places, total, whole.queuing, whole.items)
        found[job] = whole
    return found


def _repeat_uses(uses: dict[str, _JobUse], times: int) -> dict[str, _JobUse]:
    """Return the uses of jobs if this number of items runs concurrently."""
    if times < 2:
        return uses
    return {job: _JobUse(use.places, use.places, use.at_once * times, use.queuing, True) for job, use in uses.items()}
