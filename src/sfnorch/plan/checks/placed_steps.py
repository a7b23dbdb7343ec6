"""Iterators over the steps of a flow, each with its path in the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.plan.paths import Path

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowStep


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedStep:
    """A step and its path; `repeats` is true for a step inside a for_each."""

    step: FlowStep
    path: Path
    repeats: bool = False


def walk_steps(steps: Sequence[FlowStep], path: Path = ("steps",), *, repeats: bool = False) -> Iterator[PlacedStep]:
    """Yield every step: each step, then the steps inside it, then the steps of its on_error."""
    for placed in locate_steps(steps, path, repeats=repeats):
        yield placed
        step = placed.step
        for branch, where in locate_branches(placed):
            yield from walk_steps(branch, where, repeats=repeats)
        if step.for_each:
            yield from walk_steps(step.for_each.steps, (*placed.path, "for_each", "steps"), repeats=True)
        if step.on_error:
            yield from walk_steps(step.on_error.steps, (*placed.path, "on_error", "steps"), repeats=repeats)


def locate_steps(steps: Sequence[FlowStep], path: Path, *, repeats: bool = False) -> Iterator[PlacedStep]:
    """Yield the steps of a list with their paths, without the steps inside them."""
    for index, step in enumerate(steps):
        yield PlacedStep(step=step, path=(*path, index), repeats=repeats)


def locate_branches(placed: PlacedStep) -> Iterator[tuple[Sequence[FlowStep], Path]]:
    """Yield the steps of each branch of a parallel step, and the path of the branch."""
    for index, branch in enumerate(placed.step.parallel or ()):
        yield branch, (*placed.path, "parallel", index)
