"""Map states: they run the same states for each item, inline or as child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
"""

from __future__ import annotations

from sfnorch.json_values import Json
from sfnorch.simulator.errors import RUNTIME, StatesError
from sfnorch.simulator.map_items.datasets import STATE_DATA, Dataset, make_dataset
from sfnorch.simulator.map_items.iterations import run_iterations
from sfnorch.simulator.map_items.map_runs import run_map_run
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.visit import StateOutcome, Visit


def run_map(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome, whose result is the outputs for the items in their order, or where they are written.

    Raises StatesError if an item, or too many items, fail.
    """
    result = yield from _run_items(visit)
    return visit.finish(result, {"result": result})


def _run_items(visit: Visit) -> Steps[Json]:
    state = visit.state
    if not state.scopes:
        raise StatesError(RUNTIME, f"The Map state {state.name} has no ItemProcessor")
    scope = state.scopes[0]
    if not scope.distributed:
        return (yield from run_iterations(visit, scope, _list_items(visit, "")))
    dataset = None if "ItemReader" in state.body else _list_items(visit, STATE_DATA)
    return (yield from run_map_run(visit, scope, dataset))


def _list_items(visit: Visit, source: str) -> Dataset:
    """Return the items of the mock of the state, or those that the state selects. Raises StatesError for no items."""
    mocks = visit.runner.world.behaviour.mocks
    items = mocks[visit.state.name] if visit.state.name in mocks else visit.list_items()
    if not isinstance(items, list | dict):
        raise visit.refuse_type("Items", "array", items)
    return make_dataset(items, source)
