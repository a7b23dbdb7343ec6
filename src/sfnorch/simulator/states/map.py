"""Map states: they run the same states for each item, inline or as child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
"""

from __future__ import annotations

from sfnorch.json_values import Json
from sfnorch.simulator.errors import RUNTIME, StatesError
from sfnorch.simulator.map_items.datasets import STATE_DATA, Dataset, make_dataset
from sfnorch.simulator.map_items.iterations import run_iterations
from sfnorch.simulator.mocks.table import MockAnswer
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
    scope, mock = state.scopes[0], visit.find_mock()
    reads = "ItemReader" in state.body
    if mock is None and not scope.distributed and not reads:
        return (yield from run_iterations(visit, scope, _list_items(visit)))
    # many modules, which an inline Map of items in its input does not need
    from sfnorch.simulator.map_items.map_runs import run_map_run
    from sfnorch.simulator.map_items.readers import evaluate_reader, read_dataset

    if mock is not None:
        _ = evaluate_reader(visit) if reads else _list_items(visit)
        return _take_mocked_result(visit, mock, distributed=scope.distributed)
    if scope.distributed:
        return (yield from run_map_run(visit, scope, None if reads else _list_items(visit, STATE_DATA)))
    return (yield from run_iterations(visit, scope, read_dataset(visit, evaluate_reader(visit))))


def _take_mocked_result(visit: Visit, mock: MockAnswer, *, distributed: bool) -> Json:
    """Return the result by the mock of the state: no item runs. Raises the StatesError of the mock."""
    runner = visit.runner
    runner.record_state_event(2 if distributed else 1)  # MapStateStarted, MapRunStarted
    try:
        result = mock.take_result()
    except StatesError:
        runner.record_state_event(int(distributed))  # MapRunFailed
        raise
    runner.record_state_event(2 if distributed else 1)  # MapRunSucceeded, MapStateSucceeded
    return result


def _list_items(visit: Visit, source: str = "") -> Dataset:
    """Return the items that the state selects. Raises StatesError for another value."""
    items = visit.list_items()
    if not isinstance(items, list | dict):
        raise visit.refuse_type("Items", "array", items)
    return make_dataset(items, source)
