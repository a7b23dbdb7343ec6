"""Checks of `overlap`: the parameter that separates runs exists, and the pattern has runs that can be excluded."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.plan.paths import Fault
from sfnorch.plan.sound_part import ValidPart

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan


def check_overlap(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield a parameter that is not declared, settings without effect, and a pattern that excludes no runs."""
    overlap = plan.overlap
    if overlap is None:
        return
    if plan.pattern == "continuous":
        message = (
            "overlap is not supported for the pattern continuous, in which each execution starts the next one; remove "
            "it. To exclude a second run of the Glue workflow, set its MaxConcurrentRuns to 1"
        )
        yield ("overlap",), message
        return
    if overlap.mode != "wait" and "timeout" in overlap.model_fields_set:
        yield (
            ("overlap", "timeout"),
            f"timeout has no effect with the mode {overlap.mode}; remove it, or use the mode wait",
        )
    name = overlap.per
    if name is None:
        return
    if overlap.mode == "allow":
        yield ("overlap", "per"), "per has no effect with the mode allow; remove it, or use another mode"
    known = [*plan.parameters, *part.list_lacking(("parameters",))]
    if name not in known and not part.is_replaced(("parameters",)):
        near = difflib.get_close_matches(name, known, n=1)
        there = f"did you mean {near[0]}?" if near else f"available: {', '.join(known)}"
        hint = there if known else "declare it in parameters"
        yield ("overlap", "per"), f"unknown parameter {name!r}; {hint}"
