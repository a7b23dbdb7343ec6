"""The lock that an execution waits for, as its history shows it."""

from __future__ import annotations

from sfnorch.json_values import find_value, read_string
from sfnorch.protocol.overlap import LockState, LockVariable
from sfnorch.runs.record import Record

_WAITING = (LockState.WAIT_FOR_HOLDER, LockState.DESCRIBE_HOLDER, LockState.CHECK_HOLDER)


def find_awaited_holder(record: Record) -> str:
    """Return the ARN of the execution whose end a run waits for; an empty text if it does not wait."""
    if record.ended is not None or not record.entered or record.entered[-1] not in _WAITING:
        return ""
    if LockState.WAIT_FOR_HOLDER not in record.entered:
        return ""
    return read_string(find_value(record.variables.get(LockVariable.LOCK), "heldBy"))
