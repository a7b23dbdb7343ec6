"""Results of Tasks: functions called directly and by lambda:invoke, what the SDK adds, and calls that never start."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

ROLE = "arn:aws:iam::123456789012:role/r"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:stack-f"
ECHO = "def handler(event, context):\n    return event"
INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
DIRECT = {"Type": "Task", "Resource": ARN}


def play(
    state: dict[str, Any], code: str = ECHO, mocks: Any = None, given: Any = None, language: str = "JSONata"
) -> Run:
    """The run of a machine of one Task, with the code of a function."""
    definition = {"QueryLanguage": language, "StartAt": "T", "States": {"T": {**state, "End": True}}}
    function = {
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "FunctionName": "stack-f",
        "Code": {"ZipFile": code},
    }
    resources = {
        "M": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"Role": ROLE, "Definition": definition, "Name": "m"},
        },
        "F": {"Type": "AWS::Lambda::Function", "Properties": function},
    }
    behaviour = Behaviour(mocks=mocks or {}, enforce_permissions=False, run_functions=True)
    return simulate(json.dumps({"Resources": resources}), given, behaviour, machine="M")


def test_the_whole_result_of_lambda_invoke():
    """Recorded on AWS, but for the ids and the date."""
    output = play({**INVOKE, "Arguments": {"FunctionName": "stack-f", "Payload": {"body": "text"}}}).first.output
    request_id = output["SdkResponseMetadata"]["RequestId"]
    trace_id = output["SdkHttpMetadata"]["HttpHeaders"]["X-Amzn-Trace-Id"]
    headers = {
        "Connection": "keep-alive",
        "Content-Length": "16",
        "Content-Type": "application/json",
        "Date": "Thu, 01 Jan 2026 00:00:01 GMT",
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": request_id,
        "X-Amzn-Trace-Id": trace_id,
    }
    assert output == {
        "ExecutedVersion": "$LATEST",
        "Payload": {"body": "text"},
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
        "StatusCode": 200,
    }
    assert trace_id.startswith("Root=1-6955b901-")
    assert len(request_id) == 36


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        ({"a": 1}, {"a": 1}),
        ([1], [1]),
        (3, 3),
        ('{"a": 1}', {"a": 1}),
        ('"text"', "text"),
        (None, {}),
    ],
)
def test_the_event_of_a_payload(payload: Any, event: Any):
    """A text is JSON, and null is an empty object (both recorded)."""
    run = play({**INVOKE, "Arguments": {"FunctionName": "stack-f", "Payload": payload}})
    assert run.first.output["Payload"] == event


def test_without_a_payload_the_event_is_an_empty_object():
    assert play({**INVOKE, "Arguments": {"FunctionName": "stack-f"}}).first.output["Payload"] == {}


def test_a_payload_that_is_a_text_without_json():
    run = play({**INVOKE, "Arguments": {"FunctionName": "stack-f", "Payload": "no json"}})
    assert run.first.error == "Lambda.InvalidRequestContentException"


@pytest.mark.parametrize(
    ("state", "language", "event"),
    [
        (DIRECT, "JSONata", {"from": "input"}),
        ({**DIRECT, "Arguments": {"a": 1}}, "JSONata", {"a": 1}),
        (DIRECT, "JSONPath", {"from": "input"}),
        ({**DIRECT, "Parameters": {"a.$": "$.from"}}, "JSONPath", {"a": "input"}),
    ],
)
def test_a_function_as_the_resource_gets_and_returns_bare_values(state: dict[str, Any], language: str, event: Any):
    run = play(state, given={"from": "input"}, language=language)
    assert (run.first.output, run.first.history) == (event, 7)


def test_bytes_are_the_response_itself():
    code = "def handler(event, context):\n    return b'{\"n\": 1}'"
    assert play(DIRECT, code).first.output == {"n": 1}


@pytest.mark.parametrize(
    ("state", "separators"),
    [(DIRECT, (", ", ": ")), ({**INVOKE, "Arguments": {"FunctionName": "stack-f"}}, (",", ":"))],
)
def test_the_cause_of_a_function_that_fails(state: dict[str, Any], separators: tuple[str, str]):
    """The trace names Lambda's folder; only lambda:invoke writes the cause again, without spaces (all recorded)."""
    run = play(state, 'def handler(event, context):\n    raise ValueError("no")')
    described = {
        "errorMessage": "no",
        "errorType": "ValueError",
        "requestId": json.loads(run.first.cause)["requestId"],
        "stackTrace": ['  File "/var/task/index.py", line 2, in handler\n    raise ValueError("no")\n'],
    }
    assert (run.first.error, run.first.cause) == ("ValueError", json.dumps(described, separators=separators))
    assert run.first.history == 6


@pytest.mark.parametrize("state", [DIRECT, {**INVOKE, "Arguments": {"FunctionName": "stack-f"}}])
def test_a_result_that_is_too_large(state: dict[str, Any]):
    """The cause names the resource of the Task, and States.ALL catches it (both recorded)."""
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "T2", "Output": "{% $states.errorOutput %}"}]
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "T",
        "States": {"T": {**state, "Catch": caught, "End": True}, "T2": {"Type": "Pass", "End": True}},
    }
    resources = {
        "M": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"Role": ROLE, "Definition": definition, "Name": "m"},
        }
    }
    behaviour = Behaviour(mocks={"T": "x" * 262_144}, enforce_permissions=False)
    run = simulate(json.dumps({"Resources": resources}), None, behaviour)
    by = ARN if state is DIRECT else "lambda"
    limit = "returned a result with a size exceeding the maximum number of bytes service limit."
    assert run.first.output == {"Error": "States.DataLimitExceeded", "Cause": f"The state/task '{by}' {limit}"}


@pytest.mark.parametrize("headers", [{"h": "text"}, {"h": ["a"], "i": 1}])
def test_headers_of_an_api_that_are_no_lists(headers: Any):
    given = {"ApiEndpoint": "api", "Method": "GET", "Headers": headers}
    state = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Arguments": given}
    run = play(state, mocks={"T": {}})
    text = json.dumps(given, separators=(",", ":"))
    assert (run.first.error, run.first.cause, run.first.history) == (
        "States.Runtime",
        (
            "An error occurred while executing the state 'T' (entered at the event id #2). The Parameters "
            f"'{text}' could not be used to start the Task: [The value of the field 'Headers' has an invalid format]"
        ),
        3,
    )


def test_headers_of_an_api():
    given = {"ApiEndpoint": "api", "Method": "GET", "Headers": {"h": ["a", "b"]}}
    state = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Arguments": given}
    run = play(state, mocks={"T": {"StatusCode": 200}})
    assert (run.first.output, run.first.history) == ({"StatusCode": 200}, 7)


@pytest.mark.parametrize(
    ("resource", "error", "events"),
    [
        ("lambda:invoke", "Lambda.TooManyRequestsException", 6),
        ("glue:startJobRun", "Glue.EntityNotFoundException", 6),
        ("glue:startJobRun.sync", "Glue.EntityNotFoundException", 6),
        ("glue:startJobRun.sync", "States.TaskFailed", 7),
        ("glue:startJobRun.sync", "States.Timeout", 7),
        ("sns:publish.waitForTaskToken", "SNS.AuthorizationError", 6),
        ("sns:publish.waitForTaskToken", "Anything", 7),
    ],
)
def test_the_events_of_a_mocked_failure(resource: str, error: str, events: int):
    """A service that rejects the call gives TaskSubmitFailed; what fails later comes after TaskSubmitted (recorded)."""
    arguments = {
        "lambda": {"FunctionName": "f"},
        "glue": {"JobName": "orders"},
        "sns": {"TopicArn": "t", "Message": "m"},
    }
    service = resource.partition(":")[0]
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments[service]}
    run = play(state, mocks={"T": {"Throw": {"Error": error}}})
    assert (run.first.error, run.first.history) == (error, events)


OTHER = "arn:aws:lambda:us-east-1:123456789012:function:other"
CALLS = {
    "a function": {**INVOKE, "Parameters": {"FunctionName": OTHER}},
    "a function as the resource": {"Type": "Task", "Resource": OTHER},
    "a machine": {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:other"},
    },
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"ResultPath": None}, {"a": {"b": 1}}),
        ({"ResultPath": None, "OutputPath": "$.a"}, {"b": 1}),
        ({"OutputPath": None}, {}),
        ({"ResultPath": None, "Assign": {"x": 1}}, {"a": {"b": 1}}),
    ],
)
def test_a_call_outside_of_the_template_whose_result_is_dropped(name: str, fields: dict[str, Any], output: Any):
    run = play({**CALLS[name], **fields}, given={"a": {"b": 1}}, language="JSONPath")
    assert (run.first.status, run.first.output, run.first.ended) == ("SUCCEEDED", output, 300.0)
    assert [(job.job, job.status) for job in run.job_runs] == [("other", "SUCCEEDED")]
    assert run.first.history == (8 if name == "a machine" else 7)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ResultPath": "$.result"},
        {"ResultPath": None, "ResultSelector": {"x.$": "$.y"}},
        {"ResultPath": None, "Assign": {"x": {"y.$": "$.z"}}},
        {"OutputPath": None, "Assign": {"x.$": "$"}},
    ],
)
def test_a_call_outside_of_the_template_whose_result_is_read(name: str, fields: dict[str, Any]):
    with pytest.raises(UnsupportedSimulationError) as error:
        play({**CALLS[name], **fields}, given={"a": {"b": 1}}, language="JSONPath")
    assert str(error.value.hint).startswith("specify its result: --mock 'T={")
