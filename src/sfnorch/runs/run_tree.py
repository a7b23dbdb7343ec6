"""A run as a tree of executions with their jobs, polled until all have ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.aws.polling import Backoff, Clock, add_retries
from sfnorch.runs.executions import read_events_after, read_machine_name
from sfnorch.runs.history import read_events
from sfnorch.runs.item_progress import ItemFollower
from sfnorch.runs.job import ExecutedJob, JobChange
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.master_child import find_child, list_children
from sfnorch.runs.node import Node
from sfnorch.runs.record import UNKNOWN

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

_CALLS_A_SECOND = 5.0
"""Calls of GetExecutionHistory per second: a quarter of the account's quota (20 a second), which others use as well.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
_SHORTEST, _LONGEST = 1.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure that is a root cause: of a job if `job` is set, otherwise of the execution itself.

    `refused` is a state machine that the execution failed to start.
    """

    node: Node
    job: ExecutedJob | None
    message: str
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChange:
    """A change that a poll found, and the execution that it belongs to."""

    node: Node
    change: JobChange


class RunTree:
    """A run of one execution, or of several that were started together."""

    def __init__(self, client: SFNClient, arns: list[str], clock: Clock) -> None:
        self.roots = [open_node(arn) for arn in arns]
        self._nodes = {root.arn: root for root in self.roots}
        self._client = client
        self._clock = clock
        self._items: dict[str, ItemFollower] = {}
        self._events = add_retries(read_events_after, clock)

    @property
    def ended(self) -> bool:
        """Return whether all executions have ended."""
        return all(node.ended for root in self.roots for node in root.list_nodes())

    @property
    def last_roots(self) -> list[Node]:
        """Return the root executions that no other execution continues; of a loop, its current execution."""
        arns = {root.arn for root in self.roots}
        return [root for root in self.roots if root.record.next_execution not in arns]

    def poll(self) -> list[RunChange]:
        """Return the changes since the last poll, with one call for each execution that has not ended."""
        news: list[RunChange] = []
        polled: set[str] = set()
        for root in self.roots:  # which grows by executions that continue others
            news += self._poll_node(root, polled, parent=None)
            self._assign_shared_nodes(root)
            following = root.record.next_execution
            if following and following not in self._nodes and read_machine_name(following) == root.machine:
                self._nodes[following] = open_node(following)
                self.roots.append(self._nodes[following])
        return sorted(news, key=lambda item: item.change.at)

    def _assign_shared_nodes(self, root: Node) -> None:
        """Assign each execution that several wait for to one of them, to the root only if no other waits for it."""
        owners: dict[str, Node] = {}
        waiting = [root]
        for node in waiting:  # which grows during the loop
            for child in self._list_started(node):
                if child.arn not in owners:
                    waiting.append(child)
                if owners.get(child.arn, root) is root:
                    owners[child.arn] = node
        for node in waiting:
            started = self._list_started(node)
            node.children = [child for child in started if owners[child.arn] is node]
            node.joined = [child for child in started if owners[child.arn] is not node]
            node.children.sort(key=partial(_find_position, list_children(node.record)))
            node.children += node.failed_items

    def _list_started(self, node: Node) -> list[Node]:
        return [
            self._nodes[arn]
            for arn in dict.fromkeys(node.record.reading.list_followed(node.record))
            if arn in self._nodes
        ]

    def _poll_node(self, node: Node, polled: set[str], *, parent: Node | None) -> Iterator[RunChange]:
        polled.add(node.arn)
        if not node.ended:
            try:
                events = self._events(self._client, node.arn, node.record.last_event)
            except ClientError as error:
                if parent is None or get_error_code(error) != "ExecutionDoesNotExist":
                    raise
                _fill_from_parent(node, parent, self._clock)
                return
            for change in read_events(node.record, events):
                yield RunChange(node=node, change=change)
        items = self._items.setdefault(node.arn, ItemFollower(client=self._client, clock=self._clock, node=node))
        yield from (RunChange(node=each, change=change) for each, change in items.poll())
        for arn in dict.fromkeys(node.record.reading.list_followed(node.record)):
            child = self._nodes.setdefault(arn, open_node(arn))
            if arn not in polled:
                yield from self._poll_node(child, polled, parent=node)

    def follow(self, deadline: float | None = None) -> Iterator[list[RunChange]]:
        """Yield the changes of each poll until the run has ended or the deadline, a time of the clock, has passed."""
        pace = Backoff(self._clock, first=_SHORTEST, longest=_LONGEST, growth=1.3)
        while True:
            news = self.poll()
            yield news
            if self.ended or (deadline is not None and self._clock.now() >= deadline):
                return
            running = sum(not node.ended for root in self.roots for node in root.list_nodes())
            pace.first = max(_SHORTEST, running / _CALLS_A_SECOND)
            pace.longest = max(_LONGEST, pace.first)
            pace.wait(changed=bool(news), most=None if deadline is None else deadline - self._clock.now())

    def find_failures(self) -> list[Failure]:
        """Return the root causes by execution. A parent that failed only because of its child is not included."""
        return [failure for root in self.roots for node in root.list_nodes() for failure in _find_failures(node)]


def open_node(arn: str) -> Node:
    """Return the node of an execution of which no event is read yet."""
    return Node(arn=arn, record=open_record())


def _find_position(names: Sequence[str], child: Node) -> int:
    name = find_child(child, names)
    return names.index(name) if name in names else 0


def _find_failures(node: Node) -> Iterator[Failure]:
    record = node.record
    for machine, why in record.refused_executions.values():
        yield Failure(node=node, job=None, message=why, refused=machine)
    others = any(child.record.status not in ("RUNNING", "SUCCEEDED") for child in (*node.children, *node.joined))
    if record.status in ("RUNNING", "SUCCEEDED"):
        hidden = "" if others else record.reading.explain_hidden_failure(record)
        if hidden:
            yield Failure(node=node, job=None, message=hidden)
        return
    jobs = record.reading.list_causes(record)
    for job in jobs:
        message = job.message or record.message or f"the execution ended {record.status}"
        yield Failure(node=node, job=job, message=message)
    if not jobs and not others and not record.refused_executions:
        message = ": ".join(filter(None, (record.error, record.message))) or record.status
        yield Failure(node=node, job=None, message=message)


def _fill_from_parent(node: Node, parent: Node, clock: Clock) -> None:
    """Fill in an execution that was deleted with its state machine from its parent's output."""
    told = parent.record.reading.report_child(parent.record, node.arn)
    record = node.record
    record.status, record.error = str(told.get("status", UNKNOWN)), str(told.get("error", ""))
    record.cause = json.dumps(told) if told else "its history is deleted, possibly with its state machine"
    record.ended = parent.record.ended or datetime.fromtimestamp(clock.now(), timezone.utc)
