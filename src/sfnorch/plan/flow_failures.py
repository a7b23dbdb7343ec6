"""What on_error keeps of a failure: which variables may hold it.

It works on the data as it was read, as `flow_checks` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.plan.consistency import Path, show
from sfnorch.plan.flow_steps import Placed, part, steps_in

FAILURE = "failure"
"""What on_error calls its variable, unless told."""

KEPT = "caught_"
"""How the flow's own variables begin that keep a failure while steps of its handler reuse the handler's variable."""


def is_kept(variable: str) -> bool:
    """Return whether a variable of this name is reserved for a failure."""
    return variable.startswith(KEPT)


def failure_faults(step: Placed) -> Iterator[tuple[Path, str]]:
    """Each variable that would take the place of what on_error has caught: the path to it, and why."""
    if not isinstance(step.data.get("on_error"), dict):
        return
    handler = part(step, "on_error")
    failure = handler.get("save_as", FAILURE)
    if not isinstance(failure, str):
        return
    path: Path = (*step.path, "on_error")
    if step.data.get("save_as") == failure:
        at: Path = (*path, "save_as") if "save_as" in handler else (*step.path, "save_as")
        yield at, f"{failure!r} would hold both what came of the step and its failure: name one of them otherwise"
    yield from _overwritten(handler.get("steps"), (*path, "steps"), failure, path)


def _overwritten(steps: Any, path: Path, failure: str, by: Path) -> Iterator[tuple[Path, str]]:
    """Yield the steps of on_error, those of on_error within it too, that save what came of them in its variable."""
    for step in steps_in(steps, path):
        if step.data.get("save_as") == failure:
            yield (*step.path, "save_as"), f"{failure!r} holds the failure that {show(by)} handles: take another name"
        inner = part(step, "on_error").get("steps")
        yield from _overwritten(inner, (*step.path, "on_error", "steps"), failure, by)
