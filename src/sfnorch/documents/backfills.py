"""The document of the command about backfills."""

from __future__ import annotations

from typing import TypedDict

from sfnorch.documents.types import Timestamp


class DateData(TypedDict):
    """A date of a backfill, and its last run."""

    date: str
    """Date, YYYY-MM-DD."""
    status: str
    """`SUCCEEDED`, `FAILED`, `RUNNING`, or `PENDING` if it has not started."""
    attempt: int
    """Number of the last attempt; 0 before the first one."""
    execution: str | None
    """ARN of the last attempt; null before the first one."""
    started: Timestamp | None
    """Start time of the last attempt."""
    ended: Timestamp | None
    """End time; null while it runs."""
    failed: str | None
    """Children, tasks, step or job that failed, if they are known."""
    error: str | None
    """Error name; null if it did not fail."""
    message: str | None
    """Beginning of the error message; null if it is unknown."""


class BackfillDocument(TypedDict):
    """A backfill: its dates, also those that had succeeded before."""

    execution: str | None
    """ARN of the last execution of the backfill; null if there was nothing to run."""
    status: str
    """Status of the backfill, such as `RUNNING`, `SUCCEEDED` or `FAILED`."""
    key: str
    """Key in the names of the runs, `DATE-KEY-ATTEMPT`."""
    succeeded: int
    """Number of dates that have succeeded."""
    failed: int
    """Number of dates whose last run failed."""
    pending: int
    """Number of dates that have not started."""
    dates: list[DateData]
    """All dates in order."""
    command: str
    """Command that continues the backfill, or follows it while it runs."""
