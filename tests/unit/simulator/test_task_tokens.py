"""Tasks that wait for an answer to their token, and activities: who answers, when no one does, and what is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

ROLE = "arn:aws:iam::123456789012:role/r"
WAITING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Arguments": {"QueueUrl": "q", "MessageBody": {"token": "{% $states.context.Task.Token %}"}},
}
ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:paint"}
THROWN = {"Throw": {"Error": "Refused", "Cause": "not today"}}
NO_ANSWER = {"Throw": {"Error": "States.Timeout"}}


def play(states: dict[str, Any], mocks: Any = None) -> Run:
    """The run of a machine with these states, which can do everything."""
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    properties = {"Role": ROLE, "Definition": definition, "Name": "m"}
    resources = {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": properties}}
    behaviour = Behaviour(mocks=mocks or {}, enforce_permissions=False)
    return simulate(json.dumps({"Resources": resources}), None, behaviour)


def end(run: Run) -> tuple[str, Any, str, str, float | None, int]:
    """The end of the first execution, its second, and the number of its events."""
    first = run.first
    return first.status, first.output, first.error, first.cause, first.ended, first.history


@pytest.mark.parametrize(
    ("state", "mock", "expected"),
    [
        (WAITING, {"ok": 1}, ("SUCCEEDED", {"ok": 1}, "", "", 0.0, 8)),
        (WAITING, {"Return": "text"}, ("SUCCEEDED", "text", "", "", 0.0, 8)),
        (WAITING, THROWN, ("FAILED", None, "Refused", "not today", 0.0, 7)),
        (WAITING, {"Throw": {"Error": "Sqs.QueueDoesNotExist"}}, ("FAILED", None, "Sqs.QueueDoesNotExist", "", 0.0, 6)),
        (WAITING, NO_ANSWER, ("FAILED", None, "States.Timeout", "", 0.0, 7)),
        ({**WAITING, "TimeoutSeconds": 50}, NO_ANSWER, ("FAILED", None, "States.Timeout", "", 50.0, 7)),
        ({**WAITING, "HeartbeatSeconds": 20}, NO_ANSWER, ("FAILED", None, "States.Timeout", "", 20.0, 7)),
        (
            {**WAITING, "TimeoutSeconds": 50, "HeartbeatSeconds": 20},
            {"Throw": {"Error": "States.HeartbeatTimeout"}},
            ("FAILED", None, "States.Timeout", "", 20.0, 7),
        ),
        (ACTIVITY, {"ok": 1}, ("SUCCEEDED", {"ok": 1}, "", "", 0.0, 7)),
        (ACTIVITY, THROWN, ("FAILED", None, "Refused", "not today", 0.0, 6)),
        ({**ACTIVITY, "HeartbeatSeconds": 20}, NO_ANSWER, ("FAILED", None, "States.Timeout", "", 20.0, 6)),
        (
            ACTIVITY,
            {"Throw": {"Error": "States.Runtime", "Cause": "The activity ARN does not exist."}},
            ("FAILED", None, "States.Runtime", "The activity ARN does not exist.", 0.0, 3),
        ),
    ],
)
def test_a_mock_answers(state: dict[str, Any], mock: Any, expected: tuple[Any, ...]):
    """All but the error of the queue are recorded on AWS: the results, the errors and the numbers of events."""
    run = play({"T": {**state, "End": True}}, {"T": mock})
    assert (end(run), run.notes) == (expected, {})


@pytest.mark.parametrize(
    ("state", "seconds", "events"),
    [
        ({**WAITING, "TimeoutSeconds": 50}, 50.0, 7),
        ({**WAITING, "HeartbeatSeconds": 20}, 20.0, 7),
        ({**ACTIVITY, "HeartbeatSeconds": 20, "TimeoutSeconds": 50}, 20.0, 6),
    ],
)
def test_without_a_mock_the_task_waits_until_its_limit(state: dict[str, Any], seconds: float, events: int):
    run = play({"T": {**state, "End": True}})
    assert end(run) == ("FAILED", None, "States.Timeout", "", seconds, events)
    assert list(run.notes.values()) == ["m, T: no answer before its timeout; specify one: --mock 'T={}'"]


@pytest.mark.parametrize(
    ("state", "who"), [(WAITING, "an answer to its task token"), (ACTIVITY, "a worker of its activity")]
)
def test_without_a_mock_and_a_limit_the_run_ends_with_the_missing_mock(state: dict[str, Any], who: str):
    with pytest.raises(UnsupportedSimulationError) as error:
        play({"T": {**state, "End": True}})
    assert (error.value.message, error.value.hint) == (
        f"m: T waits for {who}, which cannot be simulated",
        "specify its result: --mock 'T={}'",
    )


def test_a_heartbeat_timeout_is_caught_by_its_name():
    """The history says States.Timeout (recorded), the documentation of catchers says States.HeartbeatTimeout."""
    caught = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late", "Output": "{% $states.errorOutput %}"}]
    states = {
        "T": {**WAITING, "HeartbeatSeconds": 20, "Catch": caught, "End": True},
        "Late": {"Type": "Pass", "End": True},
    }
    assert play(states, {"T": NO_ANSWER}).first.output == {"Error": "States.Timeout", "Cause": ""}


def test_a_failure_without_a_name_is_caught_with_null():
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Failed", "Output": "{% $states.errorOutput %}"}]
    states = {"T": {**WAITING, "Catch": caught, "End": True}, "Failed": {"Type": "Pass", "End": True}}
    run = play(states, {"T": {"Throw": {"Error": "", "Cause": ""}}})
    assert run.first.output == {"Error": None, "Cause": None}


def test_the_token_is_in_the_context_of_its_task_only():
    seen = {"Type": "Pass", "Output": "{% $states.context.Task ? 'a token' : 'no token' %}", "End": True}
    first = {**WAITING, "Output": "{% $states.context.Task.Token %}", "Assign": {"first": "{% $states.result %}"}}
    run = play({"T": {**first, "Next": "P"}, "P": seen}, {"T": {}})
    assert run.first.output == "no token"
    tokens = [play({"T": {**first, "End": True}}, {"T": {}}).first.output for _ in range(2)]
    assert tokens[0] == tokens[1]
    assert len(tokens[0]) == 88
    activity = play({"T": {**ACTIVITY, "Output": seen["Output"], "End": True}}, {"T": {}})
    assert activity.first.output == "no token"


def answer(action: str, **arguments: Any) -> dict[str, Any]:
    """A Task that calls an API of Step Functions with the token of the item."""
    token = {"TaskToken": "{% $states.input.token %}"}
    return {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:sfn:{action}", "Arguments": {**token, **arguments}}


def play_pair(*answers: tuple[float, dict[str, Any]], limits: dict[str, Any] | None = None) -> Run:
    """The run of a machine that waits for a token in its child, which passes it to another child that answers."""
    states: dict[str, Any] = {}
    for index, (seconds, state) in enumerate(answers):
        following = {"Next": f"W{index + 1}"} if index + 1 < len(answers) else {"End": True}
        states[f"W{index}"] = {"Type": "Wait", "Seconds": seconds, "Next": f"A{index}"}
        states[f"A{index}"] = {**state, "Output": "{% $states.input %}", **following}
    answering = {"QueryLanguage": "JSONata", "StartAt": "W0", "States": states}
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:answering"
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Arguments": {"StateMachineArn": arn, "Input": {"token": "{% $states.context.Task.Token %}"}},
        **(limits or {}),
        "End": True,
    }
    asking = {"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": waiting}}
    resources = {
        name: {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"Role": ROLE, "Definition": definition, "Name": name.lower()},
        }
        for name, definition in (("Asking", asking), ("Answering", answering))
    }
    text = json.dumps({"Resources": resources})
    return simulate(text, None, Behaviour(enforce_permissions=False), machine="Asking")


def test_another_task_of_the_run_answers():
    run = play_pair((30, answer("sendTaskSuccess", Output='{"n": 1}')))
    assert (end(run), run.notes) == (("SUCCEEDED", {"n": 1}, "", "", 30.0, 8), {})


def test_another_task_of_the_run_answers_with_a_failure():
    run = play_pair((30, answer("sendTaskFailure", Error="E", Cause="c")))
    assert end(run) == ("FAILED", None, "E", "c", 30.0, 7)


def test_a_heartbeat_prolongs_the_time_for_an_answer():
    heartbeat, success = answer("sendTaskHeartbeat"), answer("sendTaskSuccess", Output="2")
    limits = {"HeartbeatSeconds": 20}
    assert end(play_pair((15, heartbeat), (15, success), limits=limits)) == ("SUCCEEDED", 2, "", "", 30.0, 8)
    assert end(play_pair((15, heartbeat), (25, success), limits=limits))[2:5] == ("States.Timeout", "", 35.0)


@pytest.mark.parametrize(
    ("state", "error", "cause"),
    [
        (answer("sendTaskSuccess", Output="no json"), "Sfn.InvalidOutputException", "Invalid Output: "),
        ({**answer("sendTaskSuccess", Output="1", TaskToken="other")}, "Sfn.InvalidTokenException", "Invalid Token: "),
    ],
)
def test_an_answer_that_step_functions_rejects(state: dict[str, Any], error: str, cause: str):
    run = play_pair((1, state), limits={"TimeoutSeconds": 10})
    answering = run.executions[1]
    assert (answering.error, answering.cause[: len(cause)]) == (error, cause)
    assert end(run)[2:5] == ("States.Timeout", "", 10.0)


def test_an_answer_that_is_late_or_the_second_one():
    success = answer("sendTaskSuccess", Output="1")
    run = play_pair((15, success), limits={"TimeoutSeconds": 10})
    assert run.executions[1].error == "Sfn.TaskTimedOutException"
    run = play_pair((1, success), (1, success))
    assert (run.first.output, run.executions[1].error) == (1, "Sfn.TaskTimedOutException")
