"""How much one evaluation of an expression may do: steps and depth, which are the same on every machine.

AWS publishes no such limits. These only end an expression that would never end by itself: an evaluation of the largest
orchestration that a plan can describe takes a small part of them.
"""

from __future__ import annotations

from typing import Any

from jsonata import Jsonata

MOST_STEPS = 2_000_000
"""Nodes of the expression that one evaluation may visit: about ten seconds of work."""

MOST_DEPTH = 1_000
"""Evaluations within one another. Python's own stack ends soon after, at a depth that depends on its version."""

RECURSION = "it calls itself, or nests, too deep for a simulation; write a loop as a tail call, $map or $reduce"
_HOOKS = ("__evaluate_entry", "__evaluate_exit")
"""The variables by which the engine finds what is to be called before and after each step."""


def set_limits(frame: Jsonata.Frame, most_steps: int = MOST_STEPS) -> None:
    """Limit the evaluation with this frame; bind all variables before, so that none takes the place of the limits.

    The evaluation raises ValueError where it goes beyond a limit.
    """
    steps = depth = 0

    def enter(*_: Any) -> None:
        nonlocal steps, depth
        steps += 1
        depth += 1
        if steps > most_steps:
            raise ValueError(
                f"it takes more than {most_steps:,} steps, the limit of a simulation; check that its recursion ends"
            )
        if depth > MOST_DEPTH:
            raise ValueError(RECURSION)

    def leave(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    frame.set_evaluate_entry_callback(enter)
    frame.set_evaluate_exit_callback(leave)


def check_variables(text: str) -> None:
    """Raise ValueError for an expression with a variable that would switch the limits off."""
    for name in _HOOKS:
        if f"${name}" in text:
            raise ValueError(f"a simulation cannot have the variable ${name}; rename it")
