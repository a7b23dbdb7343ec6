"""The machine of a backfill, which runs the main machine for each date of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sfnorch.errors import SfnorchError
from sfnorch.json_values import read_list, read_string
from sfnorch.protocol.backfill import MARK, BackfillVariable
from sfnorch.runs.kinds.kind import MachineKind, Resumption, list_names_in, refuse_running
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record


class BackfillKind(MachineKind):
    """A backfill, of which only the dates that are running are followed: the others can be hundreds."""

    mark = MARK
    work = "dates"

    def list_to_come(self, record: Record) -> list[str]:
        """Return one line, with the number of dates that have ended, and of those that have not started."""
        total = len(read_list(record.variables.get(BackfillVariable.DATES)))
        ended, started = len(record.ended_executions), len(record.started_executions)
        words = {"ended": ended, "running": started - ended, "not started yet": total - started}
        return [f"{total} dates: {', '.join(f'{count} {word}' for word, count in words.items() if count > 0)}"]

    def list_followed(self, record: Record) -> list[str]:
        """Return the executions of the dates that have not ended."""
        visits = sorted(record.started_executions.items())
        return [arn for visit, arn in visits if visit not in record.ended_executions]

    def resume(self, root: Node, parts: Sequence[str] = ()) -> Resumption:
        """Raise SfnorchError: the command that started a backfill continues it."""
        refuse_running(root)
        command = read_string(root.record.variables.get(BackfillVariable.COMMAND), "sfnorch backfill")
        raise SfnorchError("A backfill is not resumed; the same command continues it", hint=command)


BACKFILL = BackfillKind()


class Backfilled(NamedTuple):
    """What an execution of a backfill runs: the main state machine for these dates, with a key in the names of runs."""

    machine_arn: str
    key: str
    dates: list[str]


def find_backfilled(record: Record) -> Backfilled | None:
    """Return what an execution of a backfill runs; None for other executions."""
    if record.reading is not BACKFILL:
        return None
    values = (record.variables.get(name) for name in (BackfillVariable.MACHINE, BackfillVariable.RUN_KEY))
    machine_arn, key = map(read_string, values)
    return Backfilled(machine_arn, key, list_names_in(record.variables.get(BackfillVariable.DATES)))
