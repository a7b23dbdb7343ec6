"""Map states: they run the same states for each item, with limited concurrency, inline or as child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import simpy

from sfnorch.json_values import Json, find_value, read_list, read_mapping
from sfnorch.simulator.errors import EXCEED_TOLERATED, RUNTIME, StatesError, UnsupportedSimulationError
from sfnorch.simulator.mocks.table import MockAnswer
from sfnorch.simulator.processes import Steps, run_guarded, stop_processes
from sfnorch.simulator.visit import StateContext, StateOutcome, Visit
from sfnorch.template.states import StateScope

_INLINE_AT_ONCE = 40
_DISTRIBUTED_AT_ONCE = 10_000


def run_map(visit: Visit) -> Steps[StateOutcome]:
    """Return the outcome, whose result is the outputs for the items in their order.

    Raises StatesError if an item, or too many items, fail.
    """
    result = yield from _run_items(visit)
    return visit.finish(result, {"result": result})


@dataclass(slots=True)
class _Items:
    """The items of a Map, and what its workers have done with them."""

    values: list[Json]
    """The items; with an ItemBatcher, the inputs of the child executions."""
    tolerated: int
    """The number of items that can fail."""
    next: int = 0
    """The index of the next item that a worker takes."""
    results: dict[int, Json] = field(default_factory=dict)
    failed: int = 0


def _run_items(visit: Visit) -> Steps[Json]:
    state, runner = visit.state, visit.runner
    clock = runner.world.clock
    if not state.scopes:
        raise StatesError(RUNTIME, f"The Map state {state.name} has no ItemProcessor")
    scope = state.scopes[0]
    single = _list_items(visit)
    if mock := visit.find_mock():
        return _take_mocked_result(visit, mock)
    values = _batch(visit, single)
    runner.record_state_event(1)
    at_once = _read_number(visit, "MaxConcurrency") or (_DISTRIBUTED_AT_ONCE if scope.distributed else _INLINE_AT_ONCE)
    items = _Items(values, _count_tolerated(visit, len(single)) if scope.distributed else 0)
    over = clock.event()  # when all workers are done, or the first has failed
    left = hands = int(min(at_once, len(values)))

    def run_worker() -> Steps[None]:
        nonlocal left
        _, error = yield from run_guarded(_run_worker_items(visit, scope, items))
        left -= 1
        if not over.triggered and (error is not None or not left):
            over.succeed(error)

    workers = [clock.process(run_worker()) for _ in range(hands)]
    try:
        if workers:
            yield over
            error: StatesError | None = over.value
            if error is not None:
                raise error
    except (StatesError, simpy.Interrupt):
        yield from stop_processes(clock, workers)
        runner.record_state_event(1)
        raise
    runner.record_state_event(1)
    if "ResultWriter" in state.body and scope.distributed:
        return _write_results(visit)
    return [items.results[index] for index in sorted(items.results)]


def _take_mocked_result(visit: Visit, mock: MockAnswer) -> Json:
    """Return the result by the state's mock: its items do not run. Raises the StatesError of the mock."""
    visit.runner.record_state_event(1)
    try:
        return mock.take_result()
    finally:
        visit.runner.record_state_event(1)


def _run_worker_items(visit: Visit, scope: StateScope, items: _Items) -> Steps[None]:
    """Run one worker of the Map: it processes items in sequence."""
    runner, batched = visit.runner, "ItemBatcher" in visit.state.body
    while items.next < len(items.values):
        index = items.next
        items.next += 1
        value = items.values[index]
        item: dict[str, Json] = {"Index": index, "Value": value}
        inner = _enter(visit, item)
        try:
            if scope.distributed:
                given = value if batched else inner.select_item(value)
                items.results[index] = yield from runner.run_child(visit, scope, given, item)
            else:
                runner.record_state_event(1)
                given = inner.select_item(value)
                items.results[index] = yield from runner.run_scope(scope, given, inner.place)
                runner.record_state_event(1)
        except StatesError:
            batch = read_list(find_value(value, "Items")) if batched else []
            items.failed += len(batch) or 1
            if not scope.distributed:
                runner.record_state_event(1)
                raise
            if items.failed > items.tolerated:
                message = "The specified tolerated failure threshold was exceeded"
                raise StatesError(EXCEED_TOLERATED, message) from None


def _enter(visit: Visit, item: dict[str, Json]) -> Visit:
    """Return the visit in the context of an item."""
    return replace(visit, place=StateContext(variables=visit.place.variables, item=item))


def _batch(visit: Visit, items: list[Json]) -> list[Json]:
    """Return the items, or batches of items for one execution each: `{Items, BatchInput}`.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
    """
    batcher = visit.state.body.get("ItemBatcher")
    if not isinstance(batcher, dict):
        return items
    size, limit = (visit.evaluate_setting(name, batcher) for name in ("MaxItemsPerBatch", "MaxInputBytesPerBatch"))
    batches: list[list[Json]] = []
    for index, item in enumerate(items):
        selected = _enter(visit, {"Index": index, "Value": item}).select_item(item)
        if batches:
            batch = [*batches[-1], selected]
            fits = not isinstance(size, int) or len(batch) <= size
            if fits and (not isinstance(limit, int) or len(json.dumps(batch)) <= limit):
                batches[-1] = batch
                continue
        batches.append([selected])
    more: dict[str, Json] = {}
    if "BatchInput" in batcher:
        more["BatchInput"] = visit.fill_template(batcher["BatchInput"], "ItemBatcher/BatchInput")
    return [{"Items": batch, **more} for batch in batches]


def _write_results(visit: Visit) -> Json:
    """Return the result of a Map that writes its results to S3: the location of the results.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
    """
    writer = read_mapping(visit.state.body["ResultWriter"])
    given = read_mapping(visit.make_part_arguments(writer, "ResultWriter"))
    run = visit.runner.machine.arn.replace(":stateMachine:", ":mapRun:", 1)
    arn = f"{run}/{visit.state.name}:{visit.runner.world.generate_id()}"
    bucket, prefix = (given.get(key, "") for key in ("Bucket", "Prefix"))
    key = f"{prefix}/{arn.rpartition(':')[2]}/manifest.json".lstrip("/")
    return {"MapRunArn": arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _list_items(visit: Visit) -> list[Json]:
    """Return the items. Those of an ItemReader are mocked, unless the whole state is."""
    if "ItemReader" in visit.state.body:
        if mock := visit.find_reader_mock():
            return _read_mocked(visit, mock.take_result())
        if visit.find_mock():
            return _read_mocked(visit, [])
        raise UnsupportedSimulationError(
            f"{visit.runner.execution.title}: the ItemReader of {visit.state.name} cannot be simulated",
            hint=f"specify the items: --mock '{visit.state.name}=[…]'",
        )
    items = visit.list_items()
    if isinstance(items, list):
        return items
    visit.runner.record_state_event(1)  # MapStateFailed
    raise visit.refuse_type("Items", "array", items)


def _read_mocked(visit: Visit, items: Json) -> list[Json]:
    """Return the items that a mock gives in place of what the ItemReader reads: at most MaxItems.

    The arguments of the reader are evaluated. An object has an item for each key.
    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
    """
    reader = read_mapping(visit.state.body["ItemReader"])
    visit.make_part_arguments(reader, "ItemReader")
    most = visit.evaluate_setting("MaxItems", read_mapping(reader.get("ReaderConfig")))
    match items:
        case list():
            read = items
        case dict():
            read = [{"Key": key, "Value": value} for key, value in items.items()]
        case _:
            raise visit.refuse_type("Items", "array", items)
    return read[:most] if isinstance(most, int) and most > 0 else read


def _read_number(visit: Visit, name: str) -> float | None:
    """Return the number in a setting; None if the state does not have it."""
    if not visit.has_setting(name):
        return None
    match visit.evaluate_setting(name):
        case bool() as wrong:
            pass
        case int() as number if number >= 0:
            return float(number)
        case float() as share if share >= 0 and name == "ToleratedFailurePercentage":
            return share
        case wrong:
            pass
    raise visit.refuse_setting(name, wrong, "a valid number for it")


def _count_tolerated(visit: Visit, count: int) -> int:
    """Return the number of items that can fail."""
    by_count = _read_number(visit, "ToleratedFailureCount")
    by_share = _read_number(visit, "ToleratedFailurePercentage")
    limits = [] if by_count is None else [int(by_count)]
    if by_share is not None:
        limits.append(int(count * by_share / 100))
    return min(limits) if limits else 0
