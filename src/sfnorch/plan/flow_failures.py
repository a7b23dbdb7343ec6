"""Checks of the variables in which on_error saves a failure.

The checks work on the data as it was read, as `flow_checks` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.plan.consistency import Path, show
from sfnorch.plan.flow_steps import Placed, part, steps_in

FAILURE = "failure"
"""The default name of the variable of on_error."""

KEPT = "caught_"
"""The prefix of internal variables that keep a failure while steps of its handler reuse the handler's variable."""


def is_kept(variable: str) -> bool:
    """Return whether the name is reserved for an internal variable that keeps a failure."""
    return variable.startswith(KEPT)


def failure_faults(step: Placed) -> Iterator[tuple[Path, str]]:
    """Yield each variable that would overwrite the failure that on_error has caught: its path, and an error message."""
    if not isinstance(step.data.get("on_error"), dict):
        return
    handler = part(step, "on_error")
    failure = handler.get("save_as", FAILURE)
    if not isinstance(failure, str):
        return
    path: Path = (*step.path, "on_error")
    if step.data.get("save_as") == failure:
        at: Path = (*path, "save_as") if "save_as" in handler else (*step.path, "save_as")
        yield at, f"{failure!r} would hold both the result of the step and its failure; rename one of them"
    yield from _overwritten(handler.get("steps"), (*path, "steps"), failure, path)


def _overwritten(steps: Any, path: Path, failure: str, by: Path) -> Iterator[tuple[Path, str]]:
    """Yield the steps of on_error, also inside other steps of it, that save their result in the failure's variable."""
    for step in steps_in(steps, path):
        if step.data.get("save_as") == failure:
            yield (*step.path, "save_as"), f"{failure!r} holds the failure that {show(by)} handles; choose another name"
        inner = part(step, "on_error").get("steps")
        yield from _overwritten(inner, (*step.path, "on_error", "steps"), failure, by)
