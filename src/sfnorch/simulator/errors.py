"""Errors of the Amazon States Language, and which retriers and catchers match them.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Iterable

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json

ALL = "States.ALL"
DATA_LIMIT = "States.DataLimitExceeded"
EXCEED_TOLERATED = "States.ExceedToleratedFailureThreshold"
HEARTBEAT = "States.HeartbeatTimeout"
INTRINSIC = "States.IntrinsicFailure"
MATCH_RESULT_PATH = "States.ResultPathMatchFailure"
NO_CHOICE = "States.NoChoiceMatched"
QUERY = "States.QueryEvaluationError"
RUNTIME = "States.Runtime"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"

_MAX_ERROR = 256
_MAX_CAUSE = 32_768


class StatesError(Exception):
    """An error of an execution, with AWS's error name and its cause; both are cut at the AWS limits."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error[:_MAX_ERROR]
        self.cause = cause[:_MAX_CAUSE]

    def build_output(self) -> dict[str, Json]:
        """Return the input of a catcher: `{Error, Cause}`."""
        return {"Error": self.error, "Cause": self.cause}


class UnsupportedSimulationError(SfnorchError):
    """A run that cannot be simulated: such as one in which a task calls an unknown service."""


def is_matching_error(names: Iterable[object], error: str, *, is_task: bool = False) -> bool:
    """Return whether a retrier or catcher with these error names matches the error.

    States.ALL matches States.DataLimitExceeded for a Task whose result is too large only (recorded).
    """
    if error == RUNTIME:
        return False
    for name in names:
        if name == error:
            return True
        if name == ALL and (error != DATA_LIMIT or is_task):
            return True
        if name == TASK_FAILED and error not in (TIMEOUT, HEARTBEAT, DATA_LIMIT):
            return True
        if name == TIMEOUT and error == HEARTBEAT:
            return True
    return False
