"""The lock of a run: the states that acquire it, the item in the table of locks, and the output of a skipped run.

An execution holds a lock as long as it runs: the lease of a lock is the life of the execution in `heldBy`. So nothing
releases a lock, and an execution that was stopped, timed out or deleted has lost it.
"""

from __future__ import annotations

from typing import TypedDict

from sfnorch.json_values import Json, find_value, read_string

LOCK_FOR_ALL = "orchestration"
"""The key of the lock that all runs share. The key of a lock for a parameter begins with `NAME=` or `NAME#`."""

ALREADY_RUNNING_ERROR, TIMEOUT_ERROR, FAILED_ERROR = "AlreadyRunning", "OverlapTimeout", "LockFailed"
"""The errors of an execution that found the lock held, waited too long for it, or could not read or write it."""

LOCK_ERRORS = (ALREADY_RUNNING_ERROR, TIMEOUT_ERROR, FAILED_ERROR)


class LockState:
    """Names of the states that acquire the lock."""

    ACQUIRE_LOCK = "AcquireLock"
    READ_LOCK = "ReadLock"
    CHECK_LOCK = "CheckLock"
    DESCRIBE_HOLDER = "DescribeHolder"
    CHECK_HOLDER = "CheckHolder"
    WAIT_FOR_HOLDER = "WaitForHolder"
    TAKE_LOCK_OVER = "TakeLockOver"
    SKIPPED = "Skipped"
    ALREADY_RUNNING = "AlreadyRunning"
    OVERLAP_TIMEOUT = "OverlapTimeout"
    LOCK_FAILED = "LockFailed"


LOCK_CALLS = (
    LockState.ACQUIRE_LOCK,
    LockState.READ_LOCK,
    LockState.DESCRIBE_HOLDER,
    LockState.TAKE_LOCK_OVER,
)
"""The states that call a service, and are not part of the work of an execution."""


class LockVariable:
    """The variable of the states: a `HeldLock`."""

    LOCK = "overlapLock"


class HeldLock(TypedDict, total=False):
    """The lock that an execution found held; `heldBy` is empty if the item has disappeared meanwhile."""

    key: str
    heldBy: str
    acquiredAt: str
    status: str


class LockAttribute:
    """Names of the attributes of an item. None is a reserved word of DynamoDB."""

    KEY = "lockKey"
    HELD_BY = "heldBy"
    ACQUIRED_AT = "acquiredAt"
    EXPIRES_AT = "expiresAt"


class SkippedOutput(TypedDict, total=False):
    """The output of a run that was skipped because another run held the lock."""

    skipped: bool
    heldBy: str
    run: Json


SKIPPED = "SKIPPED"
"""The status in reports of a run that was skipped. Its status in AWS is SUCCEEDED."""


def find_holder(output: Json) -> str:
    """Return the ARN of the execution that held the lock of a skipped run; an empty text for other outputs."""
    return read_string(find_value(output, "heldBy")) if find_value(output, "skipped") is True else ""
