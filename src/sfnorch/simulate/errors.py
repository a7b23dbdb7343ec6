"""Errors of the Amazon States Language, and which retriers and catchers take them.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Iterable

from sfnorch.errors import SfnorchError

ALL = "States.ALL"
DATA_LIMIT = "States.DataLimitExceeded"
EXCEED_TOLERATED = "States.ExceedToleratedFailureThreshold"
HEARTBEAT = "States.HeartbeatTimeout"
NO_CHOICE = "States.NoChoiceMatched"
QUERY = "States.QueryEvaluationError"
RUNTIME = "States.Runtime"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"

_MAX_ERROR = 256
_MAX_CAUSE = 32_768


class StatesError(Exception):
    """An error of an execution, by AWS's name for it, and its cause; both cut where AWS cuts them."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error[:_MAX_ERROR]
        self.cause = cause[:_MAX_CAUSE]

    def output(self) -> dict[str, str]:
        """Return what a catcher gets: `{Error, Cause}`."""
        return {"Error": self.error, "Cause": self.cause}


class NotPlayable(SfnorchError):  # noqa: N818 - said to a user in words
    """A run that can't be played through: a call that nothing stands in for, a machine in JSONPath."""


def takes(names: Iterable[object], error: str) -> bool:
    """Whether a retrier or catcher of these error names takes the error."""
    if error == RUNTIME:
        return False
    for name in names:
        if name == error:
            return True
        if name == ALL and error != DATA_LIMIT:
            return True
        if name == TASK_FAILED and error not in (TIMEOUT, HEARTBEAT, DATA_LIMIT):
            return True
        if name == TIMEOUT and error == HEARTBEAT:
            return True
    return False
