"""The run: its parameters, its date and its ID, which the first states of a state machine resolve from the input.

The input of a state machine is `{"params": {NAME: value}, "run": {…}}`, with the other keys of its pattern. The states
`DescribeRun`, `ResolveParameters` and `CheckParameters` assign the variables. An execution with invalid parameters ends
in `InvalidParameters`, with the error InvalidInput.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict

from sfnorch.json_values import Json, read_mapping, read_number, read_string

if TYPE_CHECKING:
    from sfnorch.documents.executions import RunOfExecution

PARAMS, RUN = "params", "run"
"""The keys of the input, and the variables that expressions use."""

DATE_WORDS = ("today", "yesterday", "month_start")
"""Words for a date, relative to the date of the run."""

INTEGER_TEXT = r"0|-?[1-9][0-9]{0,14}"
"""The texts that become a whole number: those that a double represents exactly."""

TIME_WORDS = ("scheduled_time",)
"""Words for a timestamp: the scheduled time of the run."""

SCHEDULED_AT = "scheduledAt"
"""The key of `run` with the scheduled time, which a schedule sets."""


class RunState:
    """Names of the states that resolve the run and its parameters."""

    DESCRIBE_RUN = "DescribeRun"
    RESOLVE_PARAMETERS = "ResolveParameters"
    CHECK_PARAMETERS = "CheckParameters"
    NOTIFY_REFUSAL = "NotifyRefusal"
    INVALID_PARAMETERS = "InvalidParameters"


class RunVariable:
    """Names of variables: those that expressions use, and those of the states that resolve them.

    `declared` holds a `DeclaredParameter` for each parameter of the plan, `runTimeZone` the name of the time zone of
    the dates, for those who read the definition. `resolved` holds values and faults.
    """

    PARAMS = PARAMS
    RUN = RUN
    ENVIRONMENT = "environment"
    DECLARED = "declared"
    TIME_ZONE = "runTimeZone"
    RESOLVED = "resolved"


class DeclaredParameter(TypedDict, total=False):
    """A parameter as the state machine has it: `default` is the value in the plan, `atDeploy` the one of the stack."""

    name: str
    type: str
    default: Json
    atDeploy: str
    values: list[Json]
    pattern: str
    required: bool


class RunDescription(TypedDict, total=False):
    """The key `run` of an input, all of it optional, and the variable `run`, which has all keys.

    `scheduledAt` and `startedAt` are timestamps, `date` is a date (YYYY-MM-DD), `attempt` counts from 1.
    """

    id: str
    name: str
    startedAt: str
    scheduledAt: str
    date: str
    attempt: int


RUN_KEYS = ("id", "name", "startedAt", "scheduledAt", "date", "attempt")
"""The keys of the variable `run`, in order."""


class RunContextInput(TypedDict, total=False):
    """The keys of an input that describe the run."""

    params: dict[str, Json]
    run: RunDescription


def read_run(variables: Mapping[str, Json]) -> dict[str, Json] | None:
    """Return the variable `run`; None if it is not assigned yet, or not by the states that describe a run."""
    run = read_mapping(variables.get(RUN))
    return run if isinstance(run.get("id"), str) and isinstance(run.get("date"), str) else None


def read_params(variables: Mapping[str, Json]) -> dict[str, Json] | None:
    """Return the variable `params` of a run; None if it is not assigned yet, as in a run with invalid parameters."""
    params = variables.get(PARAMS)
    return params if isinstance(params, dict) and read_run(variables) is not None else None


def convert_run_context(run: Mapping[str, Json] | None) -> RunOfExecution | None:
    """Return the run as data; None if it is not known."""
    if run is None:
        return None
    return {
        "id": read_string(run.get("id")),
        "date": read_string(run.get("date")),
        "scheduledAt": read_string(run.get(SCHEDULED_AT)),
        "startedAt": read_string(run.get("startedAt")),
        "attempt": int(read_number(run.get("attempt"), 1)),
    }
