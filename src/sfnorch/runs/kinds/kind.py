"""What a pattern adds to the reading of an execution: its mark, the input of a run, and the input that resumes one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, read_list
from sfnorch.protocol.mark import Mark
from sfnorch.runs.node import Node
from sfnorch.runs.record import ExecutionReader, Record

NEW_RUN = "`sfnorch run` starts a new run"
INTERRUPTED_STATUSES = ("ABORTED", "TIMED_OUT")

Threads = Mapping[str, Sequence[str]]
"""Jobs by the id of their thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """The input of the new execution, and what each child will run: its jobs, or nothing if it is skipped."""

    input: Mapping[str, object]
    jobs: Mapping[str, Sequence[str]]
    skipped: Sequence[str] = ()
    as_planned: str = "all of its jobs in the plan"
    """The text for a child without a list of jobs."""


class MachineKind(ExecutionReader, ABC):
    """A kind of state machine, recognized by its mark. A subclass for each kind, with one instance."""

    mark: ClassVar[Mark]
    work: ClassVar[str]
    """What it runs, in words."""
    takes_threads: ClassVar[bool] = False
    """Whether its input can contain lists of jobs."""
    takes_children: ClassVar[bool] = False
    """Whether its input can select children."""

    def list_parts(self, definition: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the names of the parts of a definition, in order: children, tasks or steps."""
        return ()

    def list_parts_of_run(self, record: Record) -> tuple[str, ...]:
        """Return the names of the parts that an execution had, in order."""
        return ()

    def make_inputs(
        self,
        definition: Mapping[str, Json],
        threads: Threads,
        only: Sequence[str],
    ) -> dict[str, Mapping[str, object]]:
        """Return the inputs of the executions to start, by thread, or by an empty text for a single one.

        Raises SfnorchError if the threads do not fit the state machine.
        """
        return {"": {}}

    @abstractmethod
    def resume(self, root: Node, parts: Sequence[str]) -> Resumption:
        """Return how an execution is resumed; `parts` are the current parts of the state machine.

        Raises SfnorchError if it has not ended, if nothing failed, or if nothing is left to run.
        """


def refuse_running(*nodes: Node) -> None:
    """Raise SfnorchError if one of the executions has not ended."""
    if any(not node.ended for node in nodes):
        raise SfnorchError("The execution is still running", hint="`sfnorch watch` follows it, `sfnorch stop` ends it")


def explain_end(record: Record) -> str:
    """Return the error and the message of an execution that failed."""
    return f"{record.error} {record.message}".strip()


def list_names_in(value: Json) -> list[str]:
    """Return the names in a variable; an empty list if its value is not a list."""
    return [str(name) for name in read_list(value)]
