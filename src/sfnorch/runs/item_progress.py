"""Follow the items of a fan-out: their numbers, and the first that fail.

However many items there are, a poll has at most one call of DescribeMapRun, one of ListExecutions if more items have
failed, and one of DescribeExecution for each failure that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sfnorch.aws.errors import explain_error
from sfnorch.aws.map_runs import ItemCounts, read_map_run
from sfnorch.aws.polling import Clock
from sfnorch.protocol.fan_out import MOST_REPORTED
from sfnorch.runs.failed_items import list_reported_items, read_failed_items
from sfnorch.runs.job import JobChange
from sfnorch.runs.kinds.fan_out import FAN_OUT, read_outcome_counts
from sfnorch.runs.node import Node

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

_COUNTED_EVERY = 5.0
"""The seconds between two calls of DescribeMapRun, of which the account has one a second.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (documented)
"""
_REPORTED_EVERY = 30.0
"""The seconds between two lines with numbers."""


@dataclass(slots=True, kw_only=True)
class ItemFollower:
    """Follows the items of one execution, for as long as it runs."""

    client: SFNClient
    clock: Clock
    node: Node
    _counted_at: float | None = field(default=None, init=False)
    _reported_at: float | None = field(default=None, init=False)
    _reported: ItemCounts | None = field(default=None, init=False)
    _failed: int = field(default=0, init=False)
    """The number of failed items of which the first have been read."""
    _reported_errors: set[str] = field(default_factory=set, init=False)
    """The errors that have been reported."""
    _is_finished: bool = field(default=False, init=False)

    def poll(self) -> Iterator[tuple[Node, JobChange]]:
        """Read what is new, and yield each item that failed and, from time to time, the numbers."""
        node = self.node
        if node.record.reading is not FAN_OUT or (node.ended and self._is_finished):
            return
        self._is_finished = node.ended
        counts, reported = read_outcome_counts(node.record), list_reported_items(node.record)
        node.items = counts or node.items
        if counts is not None and (reported or not counts.failed):
            before = {each.key: each for each in node.failed_items}
            node.failed_items = [before.get(each.key, each) for each in reported]
            yield from (_describe_failure(each) for each in reported if each.key not in before)
        elif node.record.map_runs and self._is_due():
            yield from self._count(node.record.map_runs[-1])

    def _is_due(self) -> bool:
        now = self.clock.now()
        if not self.node.ended and self._counted_at is not None and now - self._counted_at < _COUNTED_EVERY:
            return False
        self._counted_at = now
        return True

    def _count(self, map_run: str) -> Iterator[tuple[Node, JobChange]]:
        """Read the numbers, and the items that failed since; without retries, which the next poll does."""
        node, failures = self.node, list[Node]()
        try:
            node.items = read_map_run(self.client, map_run).counts
            if node.items.failed > self._failed and len(node.failed_items) < MOST_REPORTED:
                for failed in read_failed_items(self.client, map_run, node.failed_items):
                    node.failed_items.append(failed)
                    failures.append(failed)
            self._failed = node.items.failed
            node.items = node.items.with_known_failures(len(node.failed_items))
        except Exception as error:
            explained = explain_error(error)
            if explained is None:
                raise
            if explained.message not in self._reported_errors:
                self._reported_errors.add(explained.message)
                yield self._report(f"the items cannot be read: {explained.message}")
        yield from map(_describe_failure, failures)
        now = self.clock.now()
        is_due = self._reported_at is None or now - self._reported_at >= _REPORTED_EVERY
        if node.items and node.items != self._reported and is_due and not node.ended:
            self._reported, self._reported_at = node.items, now
            yield self._report(node.items.describe())

    def _report(self, message: str) -> tuple[Node, JobChange]:
        at = datetime.fromtimestamp(self.clock.now(), timezone.utc)
        return self.node, JobChange(at=at, status=self.node.record.status, message=message)


def _describe_failure(node: Node) -> tuple[Node, JobChange]:
    record = node.record
    at = record.ended or datetime.fromtimestamp(0, timezone.utc)
    if not record.jobs:
        return node, JobChange(at=at, status=record.status, message=f"{record.error}: {record.message}")
    job = record.jobs[0]
    return node, JobChange(at=at, status=job.status, job=job.name, run_id=job.run_id, message=job.message)
