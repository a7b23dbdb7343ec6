"""Parallel states: they run branches in parallel; the first branch that fails stops the others.

https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
"""

from __future__ import annotations

import simpy

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps, get_result, run_guarded, stop_processes
from sfnorch.simulator.visit import StateOutcome, Visit


def run_parallel(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome, whose result is the outputs of the branches in their order.

    Raises the StatesError of the first branch that fails.
    """
    results = yield from _run_branches(visit)
    return visit.finish(results, {"result": results})


def _run_branches(visit: Visit) -> Steps[Json]:
    """Return the outputs of the branches, or the result of the state's mock. Raises the first StatesError."""
    runner, clock = visit.runner, visit.runner.world.clock
    given, mock = visit.make_arguments(), visit.find_mock()
    runner.record_state_event(1)
    branches = [] if mock else visit.state.scopes
    running = [clock.process(run_guarded(runner.run_scope(branch, given, visit.place))) for branch in branches]
    results: list[Json] = [None] * len(running)
    left = dict(enumerate(running))
    mocked: Json = None
    try:
        if mock is not None:
            mocked = mock.take_result()
        while left:
            yield clock.any_of(left.values())
            for index, process in list(left.items()):
                if process.processed:
                    results[index], error = get_result(process)
                    del left[index]
                    if error is not None:
                        raise error
    except (StatesError, simpy.Interrupt):
        yield from stop_processes(clock, left.values())
        runner.record_state_event(1)
        raise
    runner.record_state_event(1)
    return mocked if mock else results
