"""An execution of a run, with the executions that it started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sfnorch.runs.executions import read_execution_name, read_machine_name
from sfnorch.runs.record import Record


@dataclass(slots=True, kw_only=True)
class Node:
    """An execution of the run, its state, and the executions that it started.

    An execution that several others wait for is a child of the first of them, and `joined` by the others.
    """

    arn: str
    record: Record = field(default_factory=Record)
    children: list[Node] = field(default_factory=list)
    joined: list[Node] = field(default_factory=list)

    @property
    def machine(self) -> str:
        """Return the name of its state machine."""
        return read_machine_name(self.arn)

    @property
    def name(self) -> str:
        """Return the name of the execution."""
        return read_execution_name(self.arn)

    @property
    def ended(self) -> bool:
        """Return whether it has ended."""
        return self.record.ended is not None

    def list_nodes(self) -> Iterator[Node]:
        """Yield the execution, then its descendants."""
        yield self
        for child in self.children:
            yield from child.list_nodes()
