"""Workers: they run the items of a Map in order, with limited concurrency, until all have run or one fails."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps, run_guarded, stop_processes


def run_workers(
    clock: simpy.Environment, count: int, at_once: int, run_item: Callable[[int], Steps[None]]
) -> Steps[None]:
    """Run the items by their indexes, at most `at_once` at the same time.

    Raises the first StatesError of an item, after all other items have been stopped.
    """
    over = clock.event()  # when all workers are done, or the first has failed
    waiting = iter(range(count))
    left = hands = min(at_once, count)

    def run_in_order() -> Steps[None]:
        for index in waiting:
            yield from run_item(index)

    def run_worker() -> Steps[None]:
        nonlocal left
        _, error = yield from run_guarded(run_in_order())
        left -= 1
        if not over.triggered and (error is not None or not left):
            over.succeed(error)

    workers = [clock.process(run_worker()) for _ in range(hands)]
    if not workers:
        return
    try:
        yield over
        error: StatesError | None = over.value
        if error is not None:
            raise error
    except (StatesError, simpy.Interrupt):
        yield from stop_processes(clock, workers)
        raise
