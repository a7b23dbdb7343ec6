"""`continuous`: a loop that runs a Glue workflow, with an execution for each run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from sfnorch.protocol.mark import Mark

MACHINE = "loop"
"""The name of the machine, without the name of the stack."""

ERROR = "GlueWorkflowFailed"
"""The error of an execution whose workflow run failed."""


class LoopState:
    """Names of states."""

    RESOLVE_RUN = "ResolveRun"
    CHECK_INPUT = "CheckInput"
    START_RUN = "StartRun"
    WAIT_FOR_RUN = "WaitForRun"
    GET_RUN = "GetRun"
    CHECK_RUN = "CheckRun"
    HAND_OVER = "HandOver"
    CHECK_LOOP = "CheckLoop"
    PAUSE_BETWEEN_RUNS = "PauseBetweenRuns"
    START_NEXT = "StartNext"
    LOOP_FAILED = "LoopFailed"


class LoopVariable:
    """Names of variables: the Glue workflow, the current run, and the number of runs that succeeded."""

    WORKFLOW = "workflow"
    RUN_ID = "runId"
    RUNS = "runs"


class LoopInput(TypedDict, total=False):
    """The input: the Glue workflow, the run to continue, and the number of runs that succeeded."""

    workflow_name: str
    run_id: str
    runs: int


class LoopCause(TypedDict, total=False):
    """The cause of an execution that failed; it has `counts` if the end of the workflow run was seen."""

    workflow: str
    runId: str
    runs: int
    status: str
    counts: dict[str, int]
    error: str
    message: str


MARK = Mark(
    state=LoopState.RESOLVE_RUN,
    variables=(LoopVariable.WORKFLOW, LoopVariable.RUN_ID, LoopVariable.RUNS),
    states=(LoopState.START_RUN, LoopState.HAND_OVER),
)


def has_run_end(cause: Mapping[str, object]) -> bool:
    """Return whether the execution that failed with this cause has seen the end of its workflow run."""
    return "counts" in cause
