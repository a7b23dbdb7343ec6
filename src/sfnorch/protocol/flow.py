"""`flow`: steps in sequence, in one machine. The other states have the names of the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from sfnorch.json_values import Json, find_value, read_mapping
from sfnorch.protocol.mark import Mark

MACHINE = "flow"
"""The name of the machine, without the name of the stack."""

ERROR = "StepFailed"
"""The error of an execution with a step that failed."""

WITHIN_STEP = " ("
"""Follows a step's name in the names of its inner states. A step's name cannot contain it."""


KEPT = "caught_"
"""The prefix of internal variables that keep a failure while steps of its handler reuse the handler's variable."""


class FlowState:
    """Names of states that do not belong to a step."""

    RESOLVE_INPUT = "ResolveInput"
    CHECK_INPUT = "CheckInput"
    MAKE_OUTCOME = "MakeOutcome"
    FLOW_FAILED = "FlowFailed"


class FlowVariable:
    """Names of variables that do not belong to a step. The other variables have names from the plan."""

    ENVIRONMENT = "environment"
    NAME = "name"
    INPUT = "input"
    RESUME_AT = "resumeAt"
    STEPS = "steps"


class ResumePoint(TypedDict):
    """Where a run is resumed: the step, and the variables that the steps before it have saved."""

    step: str
    variables: dict[str, Json]


class StepFailure(TypedDict, total=False):
    """The failure of a step, as its Catch saves it and as the cause has it; `at` is where the run is resumed."""

    step: str
    at: str
    error: str
    message: str
    runId: str
    logGroup: str


MARK = Mark(state=FlowState.RESOLVE_INPUT, variables=(FlowVariable.STEPS, FlowVariable.RESUME_AT))


def read_failed_step(cause: Mapping[str, Json]) -> str:
    """Return the step that failed, from a cause; it can be inside another step. An empty text for other causes."""
    return str(cause.get("step") or "")


def read_resume_step(cause: Mapping[str, Json]) -> str:
    """Return the step at which a run with this cause is resumed; an empty text if all steps were done."""
    return str(cause.get("at") or "")


def is_step_failure(value: Json, at: str) -> bool:
    """Return whether a saved value is the failure of a step, from which a run is resumed at `at`."""
    return find_value(value, "at") == at and {"step", "error", "message"} <= set(read_mapping(value))
