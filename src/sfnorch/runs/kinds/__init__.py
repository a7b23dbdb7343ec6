"""The kinds of state machines that sfnorch creates, each recognized by its mark and not by its name.

A new pattern adds its file and its kind to `KINDS`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sfnorch.json_values import Json
from sfnorch.runs.kinds.backfill import BACKFILL
from sfnorch.runs.kinds.continuous import LOOP
from sfnorch.runs.kinds.dag import TASKS
from sfnorch.runs.kinds.fan_out import FAN_OUT
from sfnorch.runs.kinds.flow import FLOW
from sfnorch.runs.kinds.job_list import JOB_LIST
from sfnorch.runs.kinds.kind import MachineKind
from sfnorch.runs.kinds.master_child import MASTER
from sfnorch.runs.record import Record

KINDS: tuple[MachineKind, ...] = (MASTER, TASKS, LOOP, FLOW, JOB_LIST, BACKFILL, FAN_OUT)


def find_kind(definition: Mapping[str, Json]) -> MachineKind | None:
    """Return the kind of a state machine with this definition; None for machines that sfnorch did not create."""
    return next((kind for kind in KINDS if kind.mark.is_in(definition)), None)


def recognize(state: str, assigned: Collection[str]) -> MachineKind | None:
    """Return the kind of an execution that left this state, which assigned these variables; None if it is unknown."""
    return next((kind for kind in KINDS if kind.mark.is_of(state, assigned)), None)


def open_record() -> Record:
    """Return the empty record of an execution, which recognizes its kind from the events that follow."""
    return Record(recognize=recognize)


def get_kind(record: Record) -> MachineKind | None:
    """Return the kind of an execution; None before it has shown its mark, and for machines of others."""
    return record.reading if isinstance(record.reading, MachineKind) else None
