"""Checks of the variables in which on_error saves a failure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfnorch.plan.checks.placed_steps import PlacedStep, locate_steps
from sfnorch.plan.models.flow import FlowStep
from sfnorch.plan.paths import Fault, Path, format_path
from sfnorch.protocol.flow import KEPT


def is_kept(variable: str) -> bool:
    """Return whether the name is reserved for an internal variable that keeps a failure."""
    return variable.startswith(KEPT)


def check_failure(placed: PlacedStep) -> Iterator[Fault]:
    """Yield each variable that would overwrite the failure that on_error has caught: its path, and an error message."""
    handler = placed.step.on_error
    if handler is None:
        return
    path: Path = (*placed.path, "on_error")
    failure = handler.save_as
    if placed.step.save_as == failure:
        at: Path = (*path, "save_as") if "save_as" in handler.model_fields_set else (*placed.path, "save_as")
        yield at, f"{failure!r} would hold both the result of the step and its failure; rename one of them"
    yield from _find_overwriting(handler.steps, (*path, "steps"), failure, path)


def _find_overwriting(steps: Sequence[FlowStep], path: Path, failure: str, by: Path) -> Iterator[Fault]:
    """Yield the steps of on_error, also inside other steps of it, that save their result in the failure's variable."""
    for placed in locate_steps(steps, path):
        if placed.step.save_as == failure:
            message = f"{failure!r} holds the failure that {format_path(by)} handles; choose another name"
            yield (*placed.path, "save_as"), message
        if placed.step.on_error:
            inner = placed.step.on_error.steps
            yield from _find_overwriting(inner, (*placed.path, "on_error", "steps"), failure, by)
