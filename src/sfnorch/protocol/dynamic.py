"""`dynamic`: a machine that runs the jobs of its input. `job_list` describes its states, input and cause."""

from __future__ import annotations

MACHINE = "jobs"
"""The name of the machine, without the name of the stack."""


class DynamicState:
    """Names of states that only this pattern has."""

    ANY_JOB_FAILED = "AnyJobFailed"
    EXECUTION_FAILED = "ExecutionFailed"
