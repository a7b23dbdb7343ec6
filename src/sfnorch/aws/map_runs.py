"""Read Map Runs: the number of their items by status, and their child executions.

The quotas are low: DescribeMapRun 1 call a second, ListMapRuns 1, ListExecutions 2 outside of the largest regions.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sfnorch.aws.polling import Clock, add_retries

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

    ChildStatus = Literal["RUNNING", "FAILED", "ABORTED", "TIMED_OUT"]

_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """The numbers of items of a Map Run. `stopped` items were aborted or timed out while they ran.

    Step Functions counts all items of a batch as failed if its execution failed. One of them has failed, and the others
    are `unread` as long as the cause of the execution is not read.
    """

    total: int = 0
    pending: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    stopped: int = 0
    unread: int = 0

    @property
    def ended(self) -> int:
        """Return the number of items that have ended."""
        return self.succeeded + self.failed + self.stopped + self.unread

    @property
    def unsuccessful(self) -> int:
        """Return the number of items that have not succeeded."""
        return self.total - self.succeeded

    def with_known_failures(self, known: int) -> ItemCounts:
        """Return the numbers if so many items are known to have failed, in batches whose items are unread."""
        more = min(self.unread, max(0, known - self.failed))
        return replace(self, failed=self.failed + more, unread=self.unread - more)

    def describe(self) -> str:
        """Return the numbers as a text, without those that are 0."""
        counts = {
            "running": self.running,
            "succeeded": self.succeeded,
            f"{'or more ' if self.unread else ''}failed": self.failed,
            "more in failed batches": self.unread,
            "stopped": self.stopped,
            "pending": self.pending,
        }
        words = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count)
        what = "1 item" if self.total == 1 else f"{self.total:,} items"
        return f"{what}: {words}" if words else what


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRun:
    """A Map Run: its status and its items."""

    status: str
    counts: ItemCounts


def read_map_run(client: SFNClient, arn: str) -> MapRun:
    """Return the Map Run.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
    """
    found = client.describe_map_run(mapRunArn=arn)
    items, executions = found["itemCounts"], found.get("executionCounts", found["itemCounts"])
    unread = max(0, items["failed"] - executions["failed"])
    counts = ItemCounts(
        total=items["total"],
        pending=items["pending"],
        running=items["running"],
        succeeded=items["succeeded"],
        failed=items["failed"] - unread,
        unread=unread,
        stopped=items["timedOut"] + items["aborted"],
    )
    return MapRun(status=found["status"], counts=counts)


def find_map_run(client: SFNClient, execution: str) -> str:
    """Return the ARN of the newest Map Run of an execution; an empty text if it has none.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html
    """
    rows = client.list_map_runs(executionArn=execution)["mapRuns"]
    return max(rows, key=lambda row: row["startDate"])["mapRunArn"] if rows else ""


def list_child_executions(
    client: SFNClient, map_run: str, status: ChildStatus | None, clock: Clock | None = None, *, page: int = _PAGE
) -> Iterator[ExecutionListItemTypeDef]:
    """Yield the child executions of a Map Run with this status, or all, the newest first, with a call for each page.

    With a clock, transient errors are retried.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
    """
    call = add_retries(client.list_executions, clock) if clock else client.list_executions
    wanted: Mapping[str, Any] = {"mapRunArn": map_run, **({"statusFilter": status} if status else {})}
    found = call(**wanted, maxResults=page)
    while True:
        yield from found["executions"]
        if not (token := found.get("nextToken")):
            return
        found = call(**wanted, maxResults=page, nextToken=token)
