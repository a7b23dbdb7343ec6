"""The variables of a run in expressions of a plan: which names `$params` and `$run` have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.plan.sound_part import ValidPart
from sfnorch.protocol.run_context import PARAMS, RUN, RUN_KEYS

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan


def list_members(plan: WrittenPlan, part: ValidPart) -> Mapping[str, frozenset[str]]:
    """Return the names that expressions can read from `$params` and `$run`. A parameter with a fault has its name.

    Without names for `$params`, all are valid: the plan has parameters, but all of them were left out.
    """
    if part.is_replaced(("parameters",)):
        return {RUN: frozenset(RUN_KEYS)}
    declared = frozenset((*plan.parameters, *part.list_lacking(("parameters",)), *_list_deeper(part)))
    return {PARAMS: declared, RUN: frozenset(RUN_KEYS)}


def _list_deeper(part: ValidPart) -> list[str]:
    return [str(path[1]) for path in part.left_out if path[:1] == ("parameters",) and len(path) > 1]
