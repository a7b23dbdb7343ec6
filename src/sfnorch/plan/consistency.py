"""Checks across several keys of a plan: unique names, dependencies of tasks, alert settings.

The checks work on the data as it was read, so that their errors are reported together with the errors of single keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sfnorch.plan.names import RESERVED_CHILD_NAMES, default_child_name
from sfnorch.plan.tags import repeated_tags

Path: TypeAlias = tuple[str | int, ...]


def faults(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each inconsistency in the plan's data: the path to the wrong key, and an error message."""
    from sfnorch.plan.job_settings import job_setting_faults

    alerts = data.get("alerts")
    if isinstance(alerts, dict):
        yield from _alerts(alerts)
    tags = data.get("tags")
    for key, fault in repeated_tags(tags) if isinstance(tags, dict) else ():
        yield ("tags", key), fault
    yield from job_setting_faults(data)
    if data.get("pattern") == "master-child":
        children = data.get("children")
        named = [
            (("children", index, "name"), child.get("name", default_child_name(index + 1)))
            for index, child in enumerate(children if isinstance(children, list) else [])
            if isinstance(child, dict)
        ]
        yield from repeated_names(named)
        for path, name in named:
            if isinstance(name, str) and name.lower() in RESERVED_CHILD_NAMES:
                yield path, f"{name!r} is reserved for the master state machine; choose another name"
    if data.get("pattern") == "dag":
        yield from _tasks(data.get("tasks"))
    if data.get("pattern") == "flow":
        from sfnorch.plan.flow_checks import flow_faults

        yield from flow_faults(data)
    if data.get("pattern") == "dynamic":
        jobs = data.get("jobs")
        named = [
            (("jobs", index, "name"), job.get("name") if isinstance(job, dict) else job)
            for index, job in enumerate(jobs if isinstance(jobs, list) else [])
        ]
        yield from repeated(named, "{name!r} already has settings in {first}; remove one of them")


_OF_JOBS = (
    *("arguments", "worker_type", "number_of_workers", "execution_class"),
    *("timeout_minutes", "security_configuration", "job_run_queuing"),
)
"""Settings that only Glue jobs have."""


def _tasks(listed: Any) -> Iterator[tuple[Path, str]]:
    """Yield the faults of tasks: repeated names, unknown needs, dependency cycles, invalid combinations of keys."""
    tasks = [
        (index, task) for index, task in enumerate(listed if isinstance(listed, list) else []) if isinstance(task, dict)
    ]
    named = [(("tasks", index, "name"), task.get("name")) for index, task in tasks]
    yield from repeated_names(named)
    known = {name for _, name in named if isinstance(name, str)}
    edges: dict[tuple[str, str], Path] = {}
    for index, task in tasks:
        yield from _one_task(index, task)
        needs: list[Any] = task["needs"] if isinstance(task.get("needs"), list) else []
        for position, need in enumerate(needs):
            path = ("tasks", index, "needs", position)
            if need in needs[:position]:
                yield path, f"{need!r} is listed twice; remove one of them"
                continue
            if isinstance(need, str) and need not in known:
                near = difflib.get_close_matches(need, known, n=1)
                fix = f"did you mean {near[0]}?" if near else "add it to tasks, or correct the name"
                yield path, f"unknown task {need!r}; {fix}"
            elif isinstance(need, str) and isinstance(task.get("name"), str):
                edges.setdefault((task["name"], need), path)
    yield from _circles(edges)


_OF_TASKS = ("glue_job", "lambda", "state_machine")


def one_of_kinds(what: str, kinds: Sequence[str], given: Sequence[str]) -> str:
    """Return the error message for a task or a step that has none of the keys `kinds`, or several (`given`)."""
    found = " and ".join(given) if given else "none of them"
    return f"a {what} must have exactly one of {', '.join(kinds[:-1])} and {kinds[-1]}; got {found}"


def _one_task(index: int, task: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    kinds = [kind for kind in _OF_TASKS if task.get(kind) is not None]
    where: Path = ("tasks", index, "name")
    if len(kinds) != 1:
        yield where, one_of_kinds("task", _OF_TASKS, kinds)
    elif kinds == ["glue_job"] and "input" in task:
        yield ("tasks", index, "input"), "input is not supported for glue_job; use arguments"
    elif kinds != ["glue_job"]:
        for key in _OF_JOBS:
            if key in task:
                yield ("tasks", index, key), f"{key} is supported only for glue_job; for {kinds[0]} use input"


def _circles(edges: dict[tuple[str, str], Path]) -> Iterator[tuple[Path, str]]:
    """Yield each dependency cycle: the path to the need that closes it, and an error message with all its tasks."""
    import networkx

    graph = networkx.DiGraph(list(edges))
    for group in networkx.strongly_connected_components(graph):
        within = graph.subgraph(group)
        if len(group) > 1 or within.number_of_edges():
            first = min(group, key=lambda name: [task for task, _ in edges].index(name))
            circle = [task for task, _ in networkx.find_cycle(within, first)]
            words = " → ".join([*circle, circle[0]])
            yield edges[circle[-1], circle[0]], f"dependency cycle: {words}; remove one of these needs"


def _alerts(alerts: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    emails = alerts.get("emails")
    listed = enumerate(emails if isinstance(emails, list) else [])
    rows = [(("alerts", "emails", index), email) for index, email in listed]
    yield from repeated(rows, "{name!r} is listed twice; remove one of them")
    if alerts.get("emails") and alerts.get("topic_arn"):
        yield (
            ("alerts", "emails"),
            "emails and topic_arn exclude each other: the stack creates a topic for emails; remove one of them",
        )
    if alerts.get("topic_key_arn") and not alerts.get("topic_arn"):
        yield (
            ("alerts", "topic_key_arn"),
            "topic_key_arn requires topic_arn, the topic that the key encrypts; add topic_arn, or remove topic_key_arn",
        )


def repeated_names(named: Sequence[tuple[Path, Any]]) -> Iterator[tuple[Path, str]]:
    """Yield each name that repeats an earlier one, or differs from it only in case.

    Commands find resources by name in any case. Whether AWS distinguishes such names differs from service to service.
    """
    yield from repeated(named, "{name!r} is already the name of {first}; choose another name")
    first: dict[str, tuple[Path, str]] = {}
    for path, name in named:
        if not isinstance(name, str):
            continue
        where, other = first.setdefault(name.lower(), (path, name))
        if other != name:
            message = f"{name!r} differs only in case from {other!r}, the name of {show(where[:-1])}"
            yield path, f"{message}; choose another name"


def repeated(named: Sequence[tuple[Path, Any]], words: str) -> Iterator[tuple[Path, str]]:
    """Yield the path of each name that repeats an earlier one, and an error message.

    `words` is the message, with `{name}` for the name and `{first}` for the place that has it first.
    """
    first: dict[str, Path] = {}
    for path, name in named:
        if isinstance(name, str) and first.setdefault(name, path) is not path:
            yield path, words.format(name=name, first=show(first[name][:-1]))


def show(path: Path) -> str:
    """Return the path as text: `children[1].jobs[3].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
