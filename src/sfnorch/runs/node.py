"""An execution of a run, with the executions that it started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sfnorch.aws.map_runs import ItemCounts
from sfnorch.protocol.fan_out import read_item
from sfnorch.runs.executions import read_execution_name, read_machine_name
from sfnorch.runs.record import Record


@dataclass(slots=True, kw_only=True)
class Node:
    """An execution of the run, its state, and the executions that it started.

    An execution that several others wait for is a child of the first of them, and `joined` by the others. Of the
    child executions of a Map Run, only the first that failed are children.
    """

    arn: str
    record: Record = field(default_factory=Record)
    children: list[Node] = field(default_factory=list)
    joined: list[Node] = field(default_factory=list)
    items: ItemCounts | None = None
    """The numbers of items of its Map Run; None if it has none, or if they are not read yet."""
    failed_items: list[Node] = field(default_factory=list)
    """The child executions of the Map Run that are children: the first that failed."""

    @property
    def machine(self) -> str:
        """Return the name of its state machine."""
        return read_machine_name(self.arn)

    @property
    def name(self) -> str:
        """Return the name of the execution."""
        return read_execution_name(self.arn)

    @property
    def item(self) -> str:
        """Return the name of the item for which this child execution failed; an empty text for other executions."""
        return read_item(self.record.facts)

    @property
    def key(self) -> str:
        """Return what differs between nodes: the ARN, and for an item its name, because a batch has several items."""
        return f"{self.arn} {self.item}" if self.item else self.arn

    @property
    def ended(self) -> bool:
        """Return whether it has ended."""
        return self.record.ended is not None

    def list_nodes(self) -> Iterator[Node]:
        """Yield the execution, then its descendants."""
        yield self
        for child in self.children:
            yield from child.list_nodes()
