"""Checks of the tasks of a `dag` plan: unique names, known needs, no dependency cycles, valid combinations of keys."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from sfnorch.plan.checks.jobs import check_job_run
from sfnorch.plan.checks.names import check_names, describe_kinds
from sfnorch.plan.models.dag import TASK_KINDS, DagPlan, DagTask
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.sound_part import ValidPart
from sfnorch.plan.steps.kind import StepPlace

_SETTINGS = tuple(dict.fromkeys(key for kind in TASK_KINDS for key in kind.settings))
"""The keys that only some kinds of tasks support."""


def check_tasks(plan: DagPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults of the plan's tasks."""
    yield from check_names([(("tasks", index, "name"), task.name) for index, task in enumerate(plan.tasks)])
    known = {task.name for task in plan.tasks} | part.defined
    edges: dict[tuple[str, str], Path] = {}
    for index, task in enumerate(plan.tasks):
        path: Path = ("tasks", index)
        yield from _check_task(task, path, part)
        for position, need in enumerate(task.needs):
            here: Path = (*path, "needs", position)
            if need in task.needs[:position]:
                yield here, f"{need!r} is listed twice; remove one of them"
            elif need not in known:
                near = difflib.get_close_matches(need, known, n=1)
                fix = f"did you mean {near[0]}?" if near else "add it to tasks, or correct the name"
                yield here, f"unknown task {need!r}; {fix}"
            else:
                edges.setdefault((task.name, need), here)
    yield from _check_cycles(edges)


def _check_task(task: DagTask, path: Path, part: ValidPart) -> Iterator[Fault]:
    given = [kind for kind in TASK_KINDS if kind.find_value(task) is not None or part.is_incomplete((*path, kind.key))]
    if len(given) != 1:
        yield (*path, "name"), describe_kinds("task", TASK_KINDS, given)
        return
    (kind,) = given
    for key in _SETTINGS:
        if not (key in task.model_fields_set or part.is_incomplete((*path, key))) or key in kind.settings:
            continue
        if key == "input":
            other = "; use arguments" if "arguments" in kind.settings else "; remove it"
            yield (*path, key), f"input is not supported for {kind.key}{other}"
        else:
            other = f"; for {kind.key} use input" if "input" in kind.settings else "; remove it"
            yield (*path, key), f"{key} is supported only for glue_job{other}"
    yield from check_job_run(task, path)
    if (value := kind.find_value(task)) is not None:
        yield from kind.check(value, StepPlace(path=(*path, kind.key)))


def _check_cycles(edges: dict[tuple[str, str], Path]) -> Iterator[Fault]:
    """Yield each dependency cycle: the path to the need that closes it, and an error message with all its tasks."""
    import networkx  # lazy, because it takes longer than all other checks

    graph = networkx.DiGraph(list(edges))
    for group in networkx.strongly_connected_components(graph):
        within = graph.subgraph(group)
        if len(group) > 1 or within.number_of_edges():
            first = min(group, key=lambda name: [task for task, _ in edges].index(name))
            cycle = [task for task, _ in networkx.find_cycle(within, first)]
            words = " → ".join([*cycle, cycle[0]])
            yield edges[cycle[-1], cycle[0]], f"dependency cycle: {words}; remove one of these needs"
