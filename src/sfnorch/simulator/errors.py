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
ITEM_READER = "States.ItemReaderFailed"
MATCH_RESULT_PATH = "States.ResultPathMatchFailure"
QUERY = "States.QueryEvaluationError"
RESULT_WRITER = "States.ResultWriterFailed"
RUNTIME = "States.Runtime"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"

_MAX_ERROR = 256
_MAX_CAUSE = 32_768


class StatesError(Exception):
    """An error of an execution, with AWS's error name and its cause; both are cut at the AWS limits.

    Retriers and catchers match the name, or the `alias`. A failure that is sent for a task token can have
    neither a name nor a cause.
    """

    def __init__(self, error: str, cause: str = "", *, alias: str = "") -> None:
        super().__init__(error, cause)
        self.error = error[:_MAX_ERROR]
        self.cause = cause[:_MAX_CAUSE]
        self.alias = alias

    def is_matched(self, names: Iterable[object], *, is_task: bool = False) -> bool:
        """Return whether a retrier or catcher with these error names matches the error."""
        equals = list(names)
        found = (self.error, self.alias) if self.alias else (self.error,)
        return any(is_matching_error(equals, name, is_task=is_task) for name in found)

    def build_output(self) -> dict[str, Json]:
        """Return the input of a catcher: `{Error, Cause}`; both are null for a failure without a name (recorded)."""
        return {"Error": self.error or None, "Cause": self.cause if self.error else self.cause or None}


class UnsupportedSimulationError(SfnorchError):
    """A run that cannot be simulated: such as one in which a task calls an unknown service."""


def is_matching_error(names: Iterable[object], error: str, *, is_task: bool = False) -> bool:
    """Return whether a retrier or catcher with these error names matches the error.

    States.ALL matches States.DataLimitExceeded for a Task whose result is too large only (recorded). States.TaskFailed
    matches it too then, and does not match States.QueryEvaluationError (measured by the author of sfnx); the
    documentation excepts only States.Timeout.
    """
    if error == RUNTIME:
        return False
    by_name_only = error == DATA_LIMIT and not is_task
    for name in names:
        if name == error:
            return True
        if name == ALL and not by_name_only:
            return True
        if name == TASK_FAILED and not by_name_only and error not in (TIMEOUT, HEARTBEAT, QUERY):
            return True
        if name == TIMEOUT and error == HEARTBEAT:
            return True
    return False
