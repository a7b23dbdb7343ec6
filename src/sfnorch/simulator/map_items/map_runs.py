"""A distributed Map: a Map run with a child execution for each item or batch, some of which can fail.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

import simpy

from sfnorch.json_values import Json, find_value
from sfnorch.simulator.errors import EXCEED_TOLERATED, StatesError
from sfnorch.simulator.map_items.batches import BatchSettings, evaluate_batcher, make_batches
from sfnorch.simulator.map_items.counts import FailureTolerance, evaluate_concurrency, evaluate_tolerance
from sfnorch.simulator.map_items.datasets import Dataset
from sfnorch.simulator.map_items.iterations import enter_item
from sfnorch.simulator.map_items.limits import refuse_many_items
from sfnorch.simulator.map_items.readers import evaluate_reader, read_dataset
from sfnorch.simulator.map_items.results import (
    SUCCEEDED,
    MapResults,
    evaluate_writer,
    make_result,
    name_map,
    name_map_run,
    write_results,
)
from sfnorch.simulator.map_items.workers import run_workers
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import Execution, MapRunRecord
from sfnorch.simulator.visit import Visit
from sfnorch.template.states import StateScope


@dataclass(slots=True)
class _MapRun:
    """A Map run: its items, and the child executions so far."""

    visit: Visit
    scope: StateScope
    dataset: Dataset
    batches: list[list[Json]] | None
    """The items of each child execution; None if it has one item."""
    added: dict[str, Json]
    tolerated: int
    children: dict[int, Execution]
    arn: str
    record: MapRunRecord = field(init=False)
    label: str = field(init=False)
    express: bool = field(init=False)
    failed: int = 0
    """The number of items that failed."""

    def __post_init__(self) -> None:
        self.label = name_map(self.visit)
        self.express = find_value(self.scope.body, "ProcessorConfig", "ExecutionType") == "EXPRESS"

    def begin_record(self) -> MapRunRecord:
        """Record the run, for the calls that list and describe it, and return the record."""
        runner = self.visit.runner
        record = MapRunRecord(
            arn=self.arn,
            execution=runner.execution.arn,
            title=f"{runner.execution.title}/{self.visit.state.name}",
            started=runner.world.at,
            total=len(self.dataset.items),
            batch_sizes=None if self.batches is None else [len(batch) for batch in self.batches],
            children=self.children,
        )
        runner.world.record.map_runs.append(record)
        return record

    @property
    def count(self) -> int:
        """Return the number of child executions of a run that ends."""
        return len(self.dataset.items if self.batches is None else self.batches)

    def make_input(self, index: int) -> Json:
        """Return the input of a child execution. Raises StatesError if the ItemSelector fails."""
        if self.batches is not None:
            return {**self.added, "Items": self.batches[index]}
        return enter_item(self.visit, self.dataset.describe_item(index)).select_item(self.dataset.items[index])

    def run_item(self, index: int) -> Steps[None]:
        """Run the child execution of an item or a batch. Raises StatesError if too many items have failed."""
        child = self.children.get(index)
        if child is not None and child.status == SUCCEEDED:
            return  # in an earlier run of a redriven execution
        given = self.make_input(index)
        item = self.dataset.describe_item(index) if self.batches is None else {"Index": index, "Value": given}
        runner = self.visit.runner
        if child is None:
            child = runner.begin_child(self.label, self.visit.state.name, given, express=self.express)
            self.children[index] = child
            if self.batches is not None:
                runner.world.languages.count_child(len(self.batches[index]) - 1)
        child.map_run = self.record
        yield from runner.run_child(self.visit, child, self.scope, item)
        if child.status != SUCCEEDED:
            self.failed += 1 if self.batches is None else len(self.batches[index])
            if self.failed > self.tolerated:
                raise StatesError(EXCEED_TOLERATED, "The specified tolerated failure threshold was exceeded")


def run_map_run(visit: Visit, scope: StateScope, given: Dataset | None) -> Steps[Json]:
    """Return the result of a distributed Map over the items, or over those that its ItemReader reads.

    Raises StatesError if the items cannot be read, or too many of them fail.
    """
    runner = visit.runner
    at_once = evaluate_concurrency(visit, distributed=True)
    runner.record_state_event(1)  # MapStateStarted
    tolerance = evaluate_tolerance(visit)
    reader = evaluate_reader(visit) if given is None else None
    batcher, writer = evaluate_batcher(visit), evaluate_writer(visit)
    runner.record_state_event(1)  # MapRunStarted
    try:
        dataset = given if reader is None else read_dataset(visit, reader)
        assert dataset is not None  # noqa: S101 - a Map has items or a reader
        run = _begin_run(visit, scope, dataset, batcher, tolerance, name_map_run(visit, writer))
        run.record = run.begin_record()
        try:
            yield from run_workers(runner.world.clock, run.count, at_once, run.run_item)
        except StatesError as error:
            if writer is not None and writer.is_export and error.error == EXCEED_TOLERATED:
                waiting = (run.make_input(index) for index in range(run.count) if index not in run.children)
                write_results(visit, writer, MapResults(run.arn, run.children, waiting))
            raise
        results = MapResults(run.arn, run.children, ())
        result: Json = results.list_outputs() if writer is None else make_result(visit, writer, results)
    except (StatesError, simpy.Interrupt):
        runner.record_state_event(1)  # MapRunFailed, MapRunAborted
        raise
    runner.record_state_event(2)  # MapRunSucceeded, MapStateSucceeded
    return result


def _begin_run(
    visit: Visit,
    scope: StateScope,
    dataset: Dataset,
    batcher: BatchSettings | None,
    tolerance: FailureTolerance,
    arn: str,
) -> _MapRun:
    """Return a run without child executions; batches are made of the selected items.

    Raises UnsupportedSimulationError for too many items.
    """
    items = dataset.items
    refuse_many_items(visit, len(items))
    tolerated, children = tolerance.count_tolerated(len(items)), visit.place.progress.children
    if batcher is None:
        return _MapRun(visit, scope, dataset, None, {}, tolerated, children, arn)
    selected = (
        enter_item(visit, dataset.describe_item(index)).select_item(items[index]) for index in range(len(items))
    )
    return _MapRun(visit, scope, dataset, make_batches(batcher, selected), batcher.added, tolerated, children, arn)
