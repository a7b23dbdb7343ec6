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
    results = yield from _make_results(visit)
    return visit.finish(results, {"result": results})


def _make_results(visit: Visit) -> Steps[Json]:
    """Return the outputs of the branches, or the result of the state's mock. Raises StatesError."""
    runner = visit.runner
    given, mock = visit.make_arguments(), visit.find_mock()
    runner.record_state_event(1)  # ParallelStateStarted
    results = mock.take_result() if mock else (yield from _run_branches(visit, given))
    runner.record_state_event(1)  # ParallelStateSucceeded
    return results


def _run_branches(visit: Visit, given: Json) -> Steps[Json]:
    """Return the outputs of the branches. Raises the first StatesError, after all others have been stopped."""
    runner, clock = visit.runner, visit.runner.world.clock
    branches = visit.state.scopes
    running = [clock.process(run_guarded(runner.run_scope(branch, given, visit.place))) for branch in branches]
    results: list[Json] = [None] * len(running)
    left = dict(enumerate(running))
    try:
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
        raise
    return results
