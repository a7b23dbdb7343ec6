"""An execution that has ended, with the executions that it started: what a scenario is recorded from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfnorch.aws.polling import Clock, add_retries
from sfnorch.runs.executions import read_events_after, read_execution_name, read_machine_name
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.kind import refuse_running
from sfnorch.runs.record import UNKNOWN, Record
from sfnorch.runs.run_tree import RunTree
from sfnorch.runs.task_attempts import TaskAttempt, list_until_redrive, read_task_history

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

    from sfnorch.runs.node import Node


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
        for child in self.children:
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
    return RecordedExecution(
        arn=node.arn,
        record=record,
        attempts=tasks.attempts,
        failed_at=tasks.failed_at,
        is_redriven=len(before) < len(events),
        children=[
            _read_node(client, child, clock)
            for child in node.children
            if child.record.status != UNKNOWN and child not in node.failed_items and _has_history(child)
        ],
    )


def _has_history(node: Node) -> bool:
    """Return whether its history was read: the history of an execution of a deleted state machine is deleted."""
    return node.record.last_event > 0
