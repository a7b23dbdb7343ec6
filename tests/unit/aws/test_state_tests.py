"""Tests of states by TestState: the requests, and the answers in the shapes that were recorded on AWS."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from sfnorch.aws.polling import Clock, Pace
from sfnorch.aws.state_tests import MockedFailure, MockedResult, RefusedTest, StateAnswer, StateTest, run_state_test
from sfnorch.errors import SfnorchError

PLAIN = StateTest(definition='{"StartAt":"A"}', state="A", input={"n": 1}, variables={})
ASKED = {"definition": '{"StartAt":"A"}', "stateName": "A", "input": '{"n":1}', "inspectionLevel": "DEBUG"}
SCHEMA = "Mock result schema validation error: Field 'StartDate' must be a string"


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("stepfunctions")
    return client, Stubber(client)


def still() -> Pace:
    return Pace(Clock(now=lambda: 0.0, sleep=lambda _: None), 0.0)


def test_a_state_without_work_has_no_mock():
    client, stubber = stubbed()
    answer = {"status": "SUCCEEDED", "output": '{"n": 1}', "nextState": "B", "inspectionData": {"input": '{"n": 1}'}}
    stubber.add_response("test_state", answer, ASKED)
    with stubber:
        found = run_state_test(client, PLAIN, still())
    assert found == StateAnswer(
        status="SUCCEEDED", output={"n": 1}, error="", cause="", next="B", variables={}, retry_seconds=None
    )


def test_a_task_has_its_result_variables_and_context():
    client, stubber = stubbed()
    test = PLAIN._replace(variables={"v": [1]}, mock=MockedResult({"r": 2}), context={"State": {"Name": "A"}})
    asked = {
        **ASKED,
        "variables": '{"v":[1]}',
        "mock": {"result": '{"r":2}', "fieldValidationMode": "PRESENT"},
        "context": '{"State":{"Name":"A"}}',
    }
    answer = {"status": "SUCCEEDED", "output": "2", "inspectionData": {"variables": '{"v": [1], "w": 2}'}}
    stubber.add_response("test_state", answer, asked)
    with stubber:
        found = run_state_test(client, test, still())
    assert isinstance(found, StateAnswer)
    assert (found.output, found.variables, found.next) == (2, {"v": [1], "w": 2}, "")


def test_a_mocked_error_that_is_retried():
    client, stubber = stubbed()
    test = PLAIN._replace(mock=MockedFailure("Lambda.TooManyRequestsException", "Request rate exceeded"), retries=1)
    asked = {
        **ASKED,
        "mock": {"errorOutput": {"error": "Lambda.TooManyRequestsException", "cause": "Request rate exceeded"}},
        "stateConfiguration": {"retrierRetryCount": 1},
    }
    answer = {
        "status": "RETRIABLE",
        "error": "Lambda.TooManyRequestsException",
        "cause": "Request rate exceeded",
        "inspectionData": {"errorDetails": {"retryIndex": 0, "retryBackoffIntervalSeconds": 4}},
    }
    stubber.add_response("test_state", answer, asked)
    with stubber:
        found = run_state_test(client, test, still())
    assert isinstance(found, StateAnswer)
    assert (found.status, found.error, found.retry_seconds) == ("RETRIABLE", "Lambda.TooManyRequestsException", 4)


def test_a_result_of_another_form_than_that_of_the_api_is_reported_and_tested_without_validation():
    client, stubber = stubbed()
    slept: list[float] = []
    test = PLAIN._replace(mock=MockedResult({"StartDate": 1}))
    result = {"result": '{"StartDate":1}'}
    stubber.add_client_error("test_state", "ValidationException", SCHEMA, http_status_code=400)
    asked = {**ASKED, "mock": {**result, "fieldValidationMode": "NONE"}}
    stubber.add_response("test_state", {"status": "SUCCEEDED", "output": "{}"}, asked)
    with stubber:
        found = run_state_test(client, test, Pace(Clock(now=lambda: 0.0, sleep=slept.append), 1.0))
    assert isinstance(found, StateAnswer)
    assert (found.status, found.result_fault, slept) == ("SUCCEEDED", SCHEMA, [1.0])


@pytest.mark.parametrize("code", ["InvalidDefinition", "ValidationException", "InvalidArn", "InvalidExecutionInput"])
def test_a_refused_test(code: str):
    client, stubber = stubbed()
    stubber.add_client_error("test_state", code, "State not found in definition", http_status_code=400)
    with stubber:
        assert run_state_test(client, PLAIN, still()) == RefusedTest(code, "State not found in definition")


def test_a_call_that_is_not_allowed_is_the_callers_affair():
    client, stubber = stubbed()
    stubber.add_client_error("test_state", "AccessDeniedException", "no", http_status_code=400)
    with stubber, pytest.raises(ClientError):
        run_state_test(client, PLAIN, still())


def test_a_client_without_mocks_is_refused_with_the_version_that_has_them():
    client, _ = stubbed()
    shape = client.meta.service_model.operation_model("TestState").input_shape
    del shape.members["mock"]
    with pytest.raises(
        SfnorchError, match=r"A test of states with mocks requires boto3 1\.41\.0 or later; installed: "
    ):
        run_state_test(client, PLAIN, still())


def test_calls_keep_the_rate_of_the_operation():
    now = [100.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    slept: list[float] = []
    pace = Pace(Clock(now=lambda: now[0], sleep=sleep), 1.0)
    pace.wait()
    now[0] += 0.25  # the call
    pace.wait()
    now[0] += 3
    pace.wait()
    assert slept == [0.75, 0.0]


def test_the_context_object_is_sent_with_a_mock_only():
    client, stubber = stubbed()
    stubber.add_response("test_state", {"status": "SUCCEEDED", "output": json.dumps(1)}, ASKED)
    with stubber:
        run_state_test(client, PLAIN._replace(context={"State": {"Name": "A"}}), still())
