"""An inline Map: it runs the states for each item in the same execution.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from __future__ import annotations

import simpy

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.map_items.counts import evaluate_concurrency
from sfnorch.simulator.map_items.datasets import Dataset
from sfnorch.simulator.map_items.workers import run_workers
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import Visit
from sfnorch.template.states import StateScope


def run_iterations(visit: Visit, scope: StateScope, dataset: Dataset) -> Steps[Json]:
    """Return the outputs for the items in their order. Raises the first StatesError of an item."""
    runner = visit.runner
    at_once = evaluate_concurrency(visit, distributed=False)
    runner.record_state_event(1)  # MapStateStarted
    outputs: list[Json] = [None] * len(dataset.items)

    def run_item(index: int) -> Steps[None]:
        inner = visit.enter_item(dataset.describe_item(index))
        runner.record_state_event(1)  # MapIterationStarted
        try:
            given = inner.select_item(dataset.items[index])
            outputs[index] = yield from runner.run_scope(scope, given, inner.place)
        except (StatesError, simpy.Interrupt):
            runner.record_state_event(1)  # MapIterationFailed, MapIterationAborted
            raise
        runner.record_state_event(1)  # MapIterationSucceeded

    yield from run_workers(runner.world.clock, len(dataset.items), at_once, run_item)
    runner.record_state_event(1)  # MapStateSucceeded
    return outputs
