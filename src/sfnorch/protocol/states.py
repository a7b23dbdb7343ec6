"""The states, and the error, that several patterns have in common."""

from __future__ import annotations


class SharedState:
    """Names of states that do not belong to a job, a child, a task or a step."""

    CLEAR_ALARM = "ClearAlarm"
    RAISE_ALARM = "RaiseAlarm"
    NOTIFY_FAILURE = "NotifyFailure"
    NOTIFY_SUCCESS = "NotifySuccess"
    DONE = "Done"
    INVALID_INPUT = "InvalidInput"


ALARMS_AND_MESSAGES = (
    SharedState.CLEAR_ALARM,
    SharedState.RAISE_ALARM,
    SharedState.NOTIFY_FAILURE,
    SharedState.NOTIFY_SUCCESS,
)
"""The states that call a service, and are not part of the work of an execution."""

INVALID_INPUT_ERROR = "InvalidInput"
"""The error of an execution that refused its input."""


def list_names(*groups: type) -> tuple[str, ...]:
    """Return the names of states or variables in these classes, in order."""
    return tuple(
        name
        for group in groups
        for key, name in vars(group).items()
        if key.isupper() and isinstance(name, str) and not key.startswith("_")
    )
