"""What must hold between the keys of a plan: names that differ, one way of alerting.

It works on the data as it was read, so that these errors are told together with those of single keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sfnorch.plan.names import RESERVED_CHILD_NAMES, default_child_name

Path: TypeAlias = tuple[str | int, ...]


def faults(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each inconsistency of the plan's data: the path to the key at fault, and what is wrong with it."""
    alerts = data.get("alerts")
    if isinstance(alerts, dict):
        yield from _alerts(alerts)
    if data.get("pattern") == "master-child":
        children = data.get("children")
        named = [
            (("children", index, "name"), child.get("name", default_child_name(index + 1)))
            for index, child in enumerate(children if isinstance(children, list) else [])
            if isinstance(child, dict)
        ]
        yield from _repeated(named, "{name!r} is the name of {first} already")
        for path, name in named:
            if name in RESERVED_CHILD_NAMES:
                yield path, f"{name!r} is the name of the master's own state machine"
    if data.get("pattern") == "dynamic":
        jobs = data.get("jobs")
        named = [
            (("jobs", index, "name"), job.get("name") if isinstance(job, dict) else job)
            for index, job in enumerate(jobs if isinstance(jobs, list) else [])
        ]
        yield from _repeated(named, "{name!r} has its settings in {first} already")


def _alerts(alerts: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    if alerts.get("emails") and alerts.get("topic_arn"):
        yield (
            ("alerts", "emails"),
            "emails are subscribed to the stack's own topic, and topic_arn names another",
        )
    if alerts.get("topic_key_arn") and not alerts.get("topic_arn"):
        yield (
            ("alerts", "topic_key_arn"),
            "topic_key_arn is the key of a topic of yours, and topic_arn names none",
        )


def _repeated(named: Sequence[tuple[Path, Any]], words: str) -> Iterator[tuple[Path, str]]:
    first: dict[str, Path] = {}
    for path, name in named:
        if isinstance(name, str) and first.setdefault(name, path) is not path:
            yield path, words.format(name=name, first=show(first[name][:-1]))


def show(path: Path) -> str:
    """The path as people write it: `children[1].jobs[3].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
