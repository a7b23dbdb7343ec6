"""An execution that has ended, with the executions that it started: what a scenario is recorded from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from sfnorch.aws.map_runs import list_child_executions
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.json_values import find_value, read_list
from sfnorch.protocol.fan_out import FanOutVariable
from sfnorch.runs.executions import read_events_after, read_execution_name, read_machine_name
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.kind import refuse_running
from sfnorch.runs.record import Record
from sfnorch.runs.run_tree import RunTree, open_node
from sfnorch.runs.task_attempts import TaskAttempt, list_until_redrive, read_task_history

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

    from sfnorch.runs.node import Node

MOST_ITEMS = 100
"""The largest number of child executions of a Map Run that are read: each needs a call for its history."""
_HISTORIES_A_SECOND = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExecution:
    """An execution, and what its history says."""

    arn: str
    record: Record
    attempts: tuple[TaskAttempt, ...] = ()
    failed_at: str = ""
    is_redriven: bool = False
    """Whether it was redriven later; this is what happened before."""
    children: list[RecordedExecution] = field(default_factory=list)
    """The executions that it started and waited for, of which the history exists."""
    items: Mapping[str, Sequence[RecordedExecution]] = field(default_factory=dict)
    """The child executions of its Map Runs, by the name of the Map: those of the items, in their order."""
    unread_maps: Sequence[str] = ()
    """The Map states whose Map Runs have too many child executions to read them."""

    @property
    def machine(self) -> str:
        """Return the name of its state machine."""
        return read_machine_name(self.arn)

    @property
    def name(self) -> str:
        """Return its name."""
        return read_execution_name(self.arn)

    def list_executions(self) -> Iterator[RecordedExecution]:
        """Yield the execution, then those that it started."""
        yield self
        for child in (*chain(*self.items.values()), *self.children):
            yield from child.list_executions()


def read_recorded_execution(client: SFNClient, arn: str, clock: Clock) -> RecordedExecution:
    """Return the execution with those that it started. Raises SfnorchError if one of them has not ended."""
    tree = RunTree(client, [arn], clock)
    tree.poll()
    root = tree.roots[0]
    refuse_running(*root.list_nodes())
    return _read_node(client, root, clock)


def _read_node(client: SFNClient, node: Node, clock: Clock) -> RecordedExecution:
    events = add_retries(read_events_after, clock)(client, node.arn, 0)
    before = list(list_until_redrive(events))
    record = open_record()
    for _ in read_events(record, before):
        pass
    tasks = read_task_history(before)
    items = {name: _read_items(client, map_run, record, clock) for name, map_run in tasks.map_runs}
    return RecordedExecution(
        arn=node.arn,
        record=record,
        attempts=tasks.attempts,
        failed_at=tasks.failed_at,
        is_redriven=len(before) < len(events),
        children=[
            _read_node(client, child, clock)
            for child in node.children
            if child not in node.failed_items and _has_history(child)
        ],
        items={name: executions for name, executions in items.items() if executions is not None},
        unread_maps=[name for name, executions in items.items() if executions is None],
    )


def _read_items(client: SFNClient, map_run: str, parent: Record, clock: Clock) -> list[RecordedExecution] | None:
    """Return the child executions of a Map Run, in the order of their items; None if they are too many."""
    rows = list(islice(list_child_executions(client, map_run, None, clock), MOST_ITEMS + 1))
    if len(rows) > MOST_ITEMS:
        return None
    rows.sort(key=lambda row: row["startDate"])
    found: list[RecordedExecution] = []
    for row in rows:
        found.append(_read_node(client, open_node(row["executionArn"]), clock))
        clock.sleep(1 / _HISTORIES_A_SECOND)
    known = read_list(parent.variables.get(FanOutVariable.ITEMS))
    items = [find_value(each.record.input, "item") for each in found]
    if known and all(item in known for item in items):
        found.sort(key=lambda each: known.index(find_value(each.record.input, "item")))
    return found


def _has_history(node: Node) -> bool:
    """Return whether its history was read: the history of an execution of a deleted state machine is deleted."""
    return node.record.last_event > 0
