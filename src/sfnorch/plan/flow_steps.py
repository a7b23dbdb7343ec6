"""Iterators over the steps in a flow's data as it was read, each with its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sfnorch.plan.consistency import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A step's data and its path; `repeats` is true for a step inside a for_each."""

    data: dict[str, Any]
    path: Path
    repeats: bool = False


def placed_steps(data: dict[str, Any]) -> Iterator[Placed]:
    """Yield every step of the flow: each step, then the steps inside it."""
    yield from _walk(data.get("steps"), ("steps",), repeats=False)


def steps_in(steps: Any, path: Path, *, repeats: bool = False) -> Iterator[Placed]:
    """Yield the steps of a list, without the steps inside them. Values that are not mappings are skipped.

    The models report the skipped values.
    """
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        if isinstance(step, dict):
            yield Placed(data=step, path=(*path, index), repeats=repeats)


def branches(step: Placed) -> Iterator[tuple[Any, Path]]:
    """Yield each branch of a parallel step, a list of steps, with its path."""
    listed = step.data.get("parallel")
    for index, branch in enumerate(listed if isinstance(listed, list) else []):
        yield branch, (*step.path, "parallel", index)


def part(step: Placed, key: str) -> dict[str, Any]:
    """Return the mapping under the key; an empty one if the step has none."""
    found = step.data.get(key)
    return found if isinstance(found, dict) else {}


def _walk(steps: Any, path: Path, *, repeats: bool) -> Iterator[Placed]:
    for step in steps_in(steps, path, repeats=repeats):
        yield step
        for branch, way in branches(step):
            yield from _walk(branch, way, repeats=repeats)
        yield from _walk(part(step, "for_each").get("steps"), (*step.path, "for_each", "steps"), repeats=True)
        yield from _walk(part(step, "on_error").get("steps"), (*step.path, "on_error", "steps"), repeats=repeats)
