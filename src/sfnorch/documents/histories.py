"""The document of `sfnorch history`."""

from __future__ import annotations

from typing import TypedDict

from sfnorch.documents.types import Seconds, Timestamp


class MachineHistoryData(TypedDict):
    """The last executions of a state machine."""

    machine: str
    """Name without the stack's name."""
    executions: int
    """Number of executions that have ended."""
    succeeded: int
    """Number of executions that succeeded."""
    failed: int
    """Number of executions that failed or timed out."""
    aborted: int
    """Number of executions that were stopped."""
    median: Seconds | None
    """Median duration of the executions that succeeded; null if none did."""
    p90: Seconds | None
    """Duration that 90% of the executions that succeeded do not exceed."""


class JobHistoryData(TypedDict):
    """The runs of a Glue job."""

    job: str
    """Name of the job."""
    runs: int
    """Number of runs that succeeded or failed."""
    succeeded: int
    """Number of runs that succeeded."""
    successRate: float | None
    """Share of these runs that succeeded, from 0 to 1; null if there are none."""
    stopped: int
    """Number of runs that were stopped, which no other figure contains."""
    median: Seconds | None
    """Median duration of the successful runs; null if none succeeded."""
    p90: Seconds | None
    """Duration that 90% of the successful runs do not exceed."""
    workerType: str
    """Worker type of the newest run; empty for Python shell jobs."""
    workers: int | None
    """Number of workers of the newest run."""
    glueVersion: str
    """Glue version of the newest run."""
    executionClass: str
    """Execution class of the newest run."""
    dpuSeconds: float | None
    """DPU-seconds of all these runs; null if Glue does not say what they used."""


class HistoryDocument(TypedDict):
    """The recorded executions and job runs of a stack."""

    stack: str
    """Name of the stack."""
    since: Timestamp | None
    """Start of the oldest execution that was read; null if there are none."""
    machines: list[MachineHistoryData]
    """State machines, the main one first."""
    jobs: list[JobHistoryData]
    """Glue jobs of the stack's template, with all runs since then, also those that something else started."""
    missing: list[str]
    """Jobs of the template that Glue does not have."""
    saved: str | None
    """File that `--save` wrote; null without it."""
