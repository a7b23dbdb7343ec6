"""Map states: run the same states for each item, with limited concurrency, inline or as child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import simpy

from sfnorch.simulator.errors import EXCEED_TOLERATED, QUERY, RUNTIME, NotPlayable, StatesError
from sfnorch.simulator.record import Execution, What
from sfnorch.simulator.task import guarded, stopped
from sfnorch.simulator.world import Steps
from sfnorch.template.states import StateScope

if TYPE_CHECKING:
    from sfnorch.simulator.interpreter import Interpreter, StateContext, Visit

_INLINE_AT_ONCE = 40
_DISTRIBUTED_AT_ONCE = 10_000
_SKIPPED = object()


def run_items(interpreter: Interpreter, visit: Visit) -> Steps:
    """Return the outputs for the items, in their order. Raises StatesError if an item, or too many items, fail."""
    state, clock = visit.state, interpreter.world.clock
    if not state.scopes:
        raise StatesError(RUNTIME, f"The Map state {state.name} has no ItemProcessor")
    scope = state.scopes[0]
    single = _items(interpreter, visit)
    items = _batched(interpreter, visit, single)
    interpreter.note(1)
    at_once = _number(interpreter, visit, "MaxConcurrency") or (
        _DISTRIBUTED_AT_ONCE if scope.distributed else _INLINE_AT_ONCE
    )
    tolerated = _tolerated(interpreter, visit, len(single)) if scope.distributed else 0
    results: list[Any] = [_SKIPPED] * len(items)
    waiting = iter(range(len(items)))
    failures: list[StatesError] = []
    over = clock.event()  # when all workers are done, or the first has failed
    hands = int(min(at_once, len(items)))
    left = [hands]

    def hand() -> Steps:
        _, error = yield from guarded(_work(interpreter, visit, scope, items, waiting, results, failures, tolerated))
        left[0] -= 1
        if not over.triggered and (error is not None or not left[0]):
            over.succeed(error)

    workers = [clock.process(hand()) for _ in range(hands)]
    try:
        error = (yield over) if workers else None
        if error is not None:
            raise error
    except (StatesError, simpy.Interrupt):
        yield from stopped(clock, workers)
        interpreter.note(1)
        raise
    interpreter.note(1)
    if "ResultWriter" in state.body and scope.distributed:
        return _written(interpreter, visit)
    return [result for result in results if result is not _SKIPPED]


def _work(
    interpreter: Interpreter,
    visit: Visit,
    scope: StateScope,
    items: list[Any],
    waiting: Iterator[int],
    results: list[Any],
    failures: list[StatesError],
    tolerated: int,
) -> Steps:
    """Run one worker of the Map: it processes items in sequence."""
    from sfnorch.simulator.interpreter import StateContext

    for index in waiting:
        item = {"Index": index, "Value": items[index]}
        place = StateContext(variables=visit.place.variables, item=item)
        try:
            if scope.distributed:
                batched = "ItemBatcher" in visit.state.body
                given = items[index] if batched else _selected(interpreter, visit, place)
                results[index] = yield from _child(interpreter, visit, scope, given, item)
            else:
                interpreter.note(1)
                given = _selected(interpreter, visit, place)
                results[index] = yield from interpreter.scope(scope, given, place)
                interpreter.note(1)
        except StatesError as error:
            batch = items[index].get("Items") if "ItemBatcher" in visit.state.body else None
            failures += [error] * (len(batch) if isinstance(batch, list) else 1)
            if not scope.distributed:
                interpreter.note(1)
                raise
            if len(failures) > tolerated:
                message = "The specified tolerated failure threshold was exceeded"
                raise StatesError(EXCEED_TOLERATED, message) from None


def _selected(interpreter: Interpreter, visit: Visit, place: StateContext) -> Any:
    """Return the input for an item's states: the item, or the value of ItemSelector."""
    assert place.item is not None  # noqa: S101 - the place is that of an item
    if "ItemSelector" not in visit.state.body:
        return place.item["Value"]
    from sfnorch.simulator.interpreter import Visit as VisitOfItem

    inner = VisitOfItem(visit.state, visit.input, place, visit.entered, visit.retries)
    return interpreter.value(inner, visit.state.body["ItemSelector"], "ItemSelector")


def _batched(interpreter: Interpreter, visit: Visit, items: list[Any]) -> list[Any]:
    """Return the items, or batches of items for one execution each: `{Items, BatchInput}`.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
    """
    batcher = visit.state.body.get("ItemBatcher")
    if not isinstance(batcher, dict):
        return items
    from sfnorch.simulator.interpreter import StateContext

    places = [
        StateContext(variables=visit.place.variables, item={"Index": index, "Value": item})
        for index, item in enumerate(items)
    ]
    given = interpreter.value(visit, batcher, "ItemBatcher")
    size, limit = given.get("MaxItemsPerBatch"), given.get("MaxInputBytesPerBatch")
    more = {"BatchInput": given["BatchInput"]} if "BatchInput" in given else {}
    batches: list[dict[str, Any]] = []
    for item in [_selected(interpreter, visit, place) for place in places]:
        if batches:
            last = [*batches[-1]["Items"], item]
            fits = not isinstance(size, int) or len(last) <= size
            if fits and (not isinstance(limit, int) or len(json.dumps(last)) <= limit):
                batches[-1]["Items"] = last
                continue
        batches.append({"Items": [item], **more})
    return batches


def _written(interpreter: Interpreter, visit: Visit) -> dict[str, Any]:
    """Return the result of a Map that writes its results to S3: the location of the results.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
    """
    writer = visit.state.body["ResultWriter"]
    given = interpreter.value(visit, writer.get("Arguments", {}) if isinstance(writer, dict) else {}, "ResultWriter")
    run = interpreter.machine.arn.replace(":stateMachine:", ":mapRun:", 1)
    arn = f"{run}/{visit.state.name}:{interpreter.world.new_id()}"
    bucket, prefix = (given.get(key, "") if isinstance(given, dict) else "" for key in ("Bucket", "Prefix"))
    key = f"{prefix}/{arn.rpartition(':')[2]}/manifest.json".lstrip("/")
    return {"MapRunArn": arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _child(interpreter: Interpreter, visit: Visit, scope: StateScope, given: Any, item: dict[str, Any]) -> Steps:
    """Return the output of an item's child execution, which does not see outer variables."""
    from sfnorch.simulator.interpreter import Interpreter as ChildInterpreter
    from sfnorch.simulator.interpreter import StateContext

    world, parent = interpreter.world, interpreter.execution
    name = world.new_id()
    label = "".join(character for character in visit.state.name if character.isalnum())
    child = Execution(
        arn=f"{interpreter.machine.arn.replace(':stateMachine:', ':execution:', 1)}/{label}:{name}",
        name=name,
        machine=f"{interpreter.machine.arn}/{label}",
        title=f"{parent.title}/{visit.state.name}",
        parent=parent.arn,
        input=json.loads(json.dumps(given)),
        started=world.at,
    )
    world.record.executions.append(child)
    world.tell(What.EXECUTION_STARTED, child, parent=parent.arn)
    inner = ChildInterpreter(world, interpreter.machine, child)
    try:
        inner.note(1)
        child.output = yield from inner.scope(scope, child.input, StateContext(variables={}, item=item))
        child.status = "SUCCEEDED"
        inner.note(1)
    except StatesError as error:
        child.status, child.error, child.cause = "FAILED", error.error, error.cause
        child.history += 1
        raise
    except BaseException:
        child.status = "ABORTED"
        raise
    finally:
        child.ended = world.at
        world.tell(What.EXECUTION_ENDED, child, status=child.status, error=child.error)
    return child.output


def _items(interpreter: Interpreter, visit: Visit) -> list[Any]:
    body, mocks = visit.state.body, interpreter.world.behaviour.mocks
    if visit.state.name in mocks:
        items = mocks[visit.state.name]
    elif "ItemReader" in body:
        raise NotPlayable(
            f"{interpreter.execution.title}: the ItemReader of {visit.state.name} cannot be simulated",
            hint=f"specify the items: --mock '{visit.state.name}=[…]'",
        )
    else:
        items = interpreter.value(visit, body["Items"], "Items") if "Items" in body else visit.input
    if isinstance(items, list):
        return items
    if isinstance(items, dict):
        return [{"Key": key, "Value": value} for key, value in items.items()]
    raise StatesError(QUERY, "The JSONata expression for the field 'Items' returned an unsupported result type.")


def _number(interpreter: Interpreter, visit: Visit, key: str) -> float | None:
    if key not in visit.state.body:
        return None
    value = interpreter.value(visit, visit.state.body[key], key)
    whole = isinstance(value, int) or key == "ToleratedFailurePercentage"
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or not whole:
        raise StatesError(QUERY, f"The field '{key}' is {value!r}, which is not a valid number for it.")
    return float(value)


def _tolerated(interpreter: Interpreter, visit: Visit, count: int) -> int:
    """Return the number of items that can fail."""
    by_count = _number(interpreter, visit, "ToleratedFailureCount")
    by_share = _number(interpreter, visit, "ToleratedFailurePercentage")
    limits = [] if by_count is None else [int(by_count)]
    if by_share is not None:
        limits.append(int(count * by_share / 100))
    return min(limits) if limits else 0
