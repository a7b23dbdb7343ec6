"""What Step Functions reports about a definition, in the shapes of its API reference."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from sfnorch.aws.definition_validation import DefinitionValidation, Diagnostic, validate_definition
from sfnorch.aws.polling import Clock, Pace

DANGLING = {
    "severity": "ERROR",
    "code": "MISSING_TRANSITION_TARGET",
    "message": "Missing 'Next' target: Nobody",
    "location": "/States/A/Next",
}
STATIC = {"severity": "WARNING", "code": "PASS_RESULT_IS_STATIC", "message": "a path in Result"}


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("stepfunctions")
    return client, Stubber(client)


def asked(severity: str, kind: str = "STANDARD") -> dict[str, Any]:
    return {"definition": "{}", "type": kind, "severity": severity, "maxResults": 100}


def still() -> Pace:
    return Pace(Clock(now=lambda: 0.0, sleep=lambda _: None), 0.0)


@pytest.mark.parametrize(("express", "kind"), [(False, "STANDARD"), (True, "EXPRESS")])
def test_a_definition_without_faults(express: bool, kind: str):
    client, stubber = stubbed()
    stubber.add_response(
        "validate_state_machine_definition", {"result": "OK", "diagnostics": []}, asked("WARNING", kind)
    )
    with stubber:
        found = validate_definition(client, "{}", still(), express=express)
    assert found == DefinitionValidation(accepted=True, diagnostics=(), truncated=False)


def test_errors_come_before_warnings():
    client, stubber = stubbed()
    answer = {"result": "FAIL", "diagnostics": [STATIC, DANGLING], "truncated": False}
    stubber.add_response("validate_state_machine_definition", answer, asked("WARNING"))
    with stubber:
        found = validate_definition(client, "{}", still(), express=False)
    error = Diagnostic("ERROR", "MISSING_TRANSITION_TARGET", "Missing 'Next' target: Nobody", "/States/A/Next")
    warning = Diagnostic("WARNING", "PASS_RESULT_IS_STATIC", "a path in Result", "")
    assert (found.accepted, found.diagnostics, found.errors) == (False, (error, warning), (error,))


def test_errors_that_warnings_may_have_displaced_are_read_too():
    client, stubber = stubbed()
    first = {"result": "FAIL", "diagnostics": [STATIC] * 100, "truncated": True}
    stubber.add_response("validate_state_machine_definition", first, asked("WARNING"))
    second = {"result": "FAIL", "diagnostics": [DANGLING], "truncated": False}
    stubber.add_response("validate_state_machine_definition", second, asked("ERROR"))
    with stubber:
        found = validate_definition(client, "{}", still(), express=False)
    stubber.assert_no_pending_responses()
    assert ([each.code for each in found.errors], len(found.diagnostics), found.truncated) == (
        ["MISSING_TRANSITION_TARGET"],
        101,
        True,
    )


def test_a_throttled_call_is_repeated():
    client, stubber = stubbed()
    slept: list[float] = []
    stubber.add_client_error("validate_state_machine_definition", "ThrottlingException", http_status_code=400)
    stubber.add_response("validate_state_machine_definition", {"result": "OK", "diagnostics": []}, asked("WARNING"))
    with stubber:
        pace = Pace(Clock(now=lambda: 0.0, sleep=slept.append), 0.0)
        assert validate_definition(client, "{}", pace, express=False).accepted
    assert slept == [1]


def test_a_call_that_is_not_allowed_is_the_callers_affair():
    client, stubber = stubbed()
    stubber.add_client_error("validate_state_machine_definition", "AccessDeniedException", "no", http_status_code=400)
    with stubber, pytest.raises(ClientError):
        validate_definition(client, "{}", still(), express=False)
