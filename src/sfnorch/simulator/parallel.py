"""Parallel states: run branches in parallel; the first branch that fails stops the others.

https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import simpy

from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.task import ended, guarded, stopped
from sfnorch.simulator.world import Steps

if TYPE_CHECKING:
    from sfnorch.simulator.interpreter import Interpreter, Visit


def run_branches(interpreter: Interpreter, visit: Visit) -> Steps:
    """Return the outputs of the branches, in their order. Raises the StatesError of the first branch that fails."""
    state, clock = visit.state, interpreter.world.clock
    given = interpreter.value(visit, state.body["Arguments"], "Arguments") if "Arguments" in state.body else visit.input
    interpreter.note(1)
    running = [clock.process(guarded(interpreter.scope(branch, given, visit.place))) for branch in state.scopes]
    results: list[Any] = [None] * len(running)
    left = dict(enumerate(running))
    try:
        while left:
            done = yield clock.any_of(left.values())
            for index, process in list(left.items()):
                if process in done:
                    results[index], error = ended(process)
                    del left[index]
                    if error is not None:
                        raise error
    except (StatesError, simpy.Interrupt):
        yield from stopped(clock, left.values())
        interpreter.note(1)
        raise
    interpreter.note(1)
    return results
