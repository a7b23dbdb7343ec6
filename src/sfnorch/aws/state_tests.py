"""Test a state by Step Functions with the operation TestState, with a mocked result or error.

With a mock, the operation needs no role, calls no service and changes nothing.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from botocore.exceptions import ClientError

from sfnorch.aws.client_support import refuse_old_client
from sfnorch.aws.errors import get_error_code, get_error_message
from sfnorch.aws.polling import Pace, add_retries
from sfnorch.json_values import Json, read_mapping, write_compact

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import TestStateInputTypeDef, TestStateOutputTypeDef

SECONDS_BETWEEN = 1.0
"""The time between two calls. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""

MOST_SECONDS = 300
"""The maximum duration of a call: a Wait really waits."""

MOST_CHARACTERS = 262_144
"""The maximum length of an input, of variables, of a context object and of a mocked result."""

MOST_DEFINITION_CHARACTERS = 1_048_576
"""The maximum length of a definition."""

_FIRST_VERSION = "1.41.0"
"""The boto3 whose model of the operation was the first with mocks."""

_REFUSALS = ("InvalidArn", "InvalidDefinition", "InvalidExecutionInput", "ValidationException")
"""The errors of the operation, which are about the request."""

_SCHEMA = "Mock result schema validation error"
"""The beginning of the message for a mocked result that is not of the form of the service's API (recorded)."""

FieldValidation: TypeAlias = Literal["STRICT", "PRESENT", "NONE"]


class MockedResult(NamedTuple):
    """The result of the work of a state."""

    value: Json


class MockedFailure(NamedTuple):
    """The error of the work of a state."""

    error: str
    cause: str


class StateTest(NamedTuple):
    """A state of a definition, and what it gets."""

    definition: str
    """The definition of the state machine, a JSON text."""
    state: str
    input: Json
    variables: dict[str, Json]
    mock: MockedResult | MockedFailure | None = None
    """None for states that do no work: they can have no mock."""
    context: dict[str, Json] | None = None
    """The context object; the operation accepts it only with a mock."""
    retries: int | None = None
    """How often the retrier that matches the mocked error was used before."""


@dataclass(frozen=True, slots=True)
class StateAnswer:
    """What Step Functions made of the state."""

    status: str
    """`SUCCEEDED`, `FAILED`, `RETRIABLE` or `CAUGHT_ERROR`."""
    output: Json
    """The output; None without one."""
    error: str
    cause: str
    next: str
    """The name of the next state; empty if there is none."""
    variables: dict[str, Json]
    """The variables after the state."""
    retry_seconds: float | None
    """The delay until the next attempt; None if AWS reports none."""
    result_fault: str = ""
    """What AWS rejects in the mocked result, if it is not of the form of the service's API."""


class RefusedTest(NamedTuple):
    """An error of the operation: Step Functions does not test the state with this request."""

    code: str
    message: str


def run_state_test(client: SFNClient, test: StateTest, pace: Pace) -> StateAnswer | RefusedTest:
    """Return what Step Functions makes of the state, or why it does not test it.

    The fields of a mocked result are validated against the model of the service's API. If the result is rejected, the
    state is tested with the same result once more without this validation.

    Raises SfnorchError if the installed boto3 does not know mocks, and the errors of botocore.
    """
    refuse_old_client(client, "TestState", "mock", what="A test of states with mocks", version=_FIRST_VERSION)
    try:
        return _read_answer(_call(client, test, pace, "PRESENT"))
    except ClientError as error:
        message = get_error_message(error)
        if get_error_code(error) not in _REFUSALS:
            raise
        if _SCHEMA not in message:
            return RefusedTest(get_error_code(error), message)
    try:
        return _read_answer(_call(client, test, pace, "NONE"), message)
    except ClientError as error:
        if get_error_code(error) not in _REFUSALS:
            raise
        return RefusedTest(get_error_code(error), get_error_message(error))


def _call(client: SFNClient, test: StateTest, pace: Pace, validation: FieldValidation) -> TestStateOutputTypeDef:
    pace.wait()
    return add_retries(client.test_state, pace.clock)(**_build_request(test, validation))


def _build_request(test: StateTest, validation: FieldValidation) -> TestStateInputTypeDef:
    request: TestStateInputTypeDef = {
        "definition": test.definition,
        "stateName": test.state,
        "input": write_compact(test.input),
        "inspectionLevel": "DEBUG",
    }
    if test.variables:
        request["variables"] = write_compact(test.variables)
    match test.mock:
        case MockedResult(value):
            request["mock"] = {"result": write_compact(value), "fieldValidationMode": validation}
        case MockedFailure(error, cause):
            request["mock"] = {"errorOutput": {"error": error, "cause": cause}}
    if test.context is not None and test.mock is not None:
        request["context"] = write_compact(test.context)
    if test.retries is not None:
        request["stateConfiguration"] = {"retrierRetryCount": test.retries}
    return request


def _read_answer(answer: TestStateOutputTypeDef, result_fault: str = "") -> StateAnswer:
    inspected = answer.get("inspectionData") or {}
    return StateAnswer(
        status=answer.get("status", ""),
        output=_parse(answer.get("output", "")),
        error=answer.get("error", ""),
        cause=answer.get("cause", ""),
        next=answer.get("nextState", ""),
        variables=dict(read_mapping(_parse(inspected.get("variables", "")))),
        retry_seconds=inspected.get("errorDetails", {}).get("retryBackoffIntervalSeconds"),
        result_fault=result_fault,
    )


def _parse(text: str) -> Json:
    """Return the JSON value; None for an empty text."""
    value: Json = json.loads(text) if text else None
    return value
