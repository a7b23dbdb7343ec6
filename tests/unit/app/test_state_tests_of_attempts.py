"""From attempts of a simulation to tests of states, and what their answers say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from sfnorch.app.verification.comparison import ValueDifference, compare_answer, list_left_out, name_status
from sfnorch.app.verification.state_tests import Untested, build_state_test
from sfnorch.aws.state_tests import MockedFailure, MockedResult, StateAnswer, StateTest
from sfnorch.simulator.watched_attempts import WatchedAttempt
from tests.unit.simulator.test_watched_attempts import call, watch

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
CONTEXT = "{% $states.context.Execution.Name %}"
SAME = StateAnswer(status="SUCCEEDED", output={}, error="", cause="", next="", variables={}, retry_seconds=None)


def build(states: dict[str, Any], **more: Any) -> StateTest:
    test = build_state_test(watch(states, {}, **more)[0], NOW)
    assert isinstance(test, StateTest)
    return test


def test_a_task_gets_its_result_as_a_mock_and_no_context_that_it_does_not_read():
    test = build({"A": call(End=True)}, mocks={"A": {"Payload": 1}})
    assert (test.state, test.input, test.mock, test.context, test.retries) == (
        "A",
        {},
        MockedResult({"Payload": 1}),
        None,
        None,
    )


def test_a_failed_task_gets_its_error_and_the_count_of_its_retrier():
    retried = {"ErrorEquals": ["E"], "MaxAttempts": 1}
    attempts = watch({"A": call(Retry=[retried], End=True)}, mocks={"A": {"Throw": {"Error": "E", "Cause": "c"}}})
    tests = [build_state_test(attempt, NOW) for attempt in attempts]
    assert [(test.mock, test.retries) for test in tests if isinstance(test, StateTest)] == [
        (MockedFailure("E", "c"), 0),
        (MockedFailure("E", "c"), 1),
    ]


def test_a_task_that_fails_before_its_call_gets_a_result_that_it_does_not_reach():
    test = build({"A": call(TimeoutSeconds="{% -1 %}", End=True)}, mocks={"A": {"Payload": 1}})
    assert test.mock == MockedResult({})


def test_the_context_object_goes_with_a_mock():
    test = build({"A": call(Output=CONTEXT, End=True)}, mocks={"A": 1})
    assert test.context is not None
    assert set(test.context) == {"Execution", "StateMachine", "State"}
    assert "RedriveCount" not in str(test.context)


def test_a_state_without_a_mock_reads_the_context_object_in_a_variable():
    test = build({"A": {"Type": "Pass", "Output": CONTEXT, "End": True}})
    assert (test.context, test.mock) == (None, None)
    assert "$sfnorchContext.Execution.Name" in test.definition
    assert "$states.context" not in test.definition
    assert test.variables["sfnorchContext"]["Execution"]["Name"]  # type: ignore[index,call-overload]


def test_a_state_for_an_item_reads_the_item_in_a_variable():
    inner = {"StartAt": "B", "States": {"B": call(Output="{% $states.context.Map.Item.Value %}", End=True)}}
    states = {"A": {"Type": "Map", "Items": [7], "ItemProcessor": inner, "End": True}}
    attempts = watch(states, {}, mocks={"B": 1})
    test = build_state_test(attempts[0], NOW)
    assert isinstance(test, StateTest)
    assert (test.state, test.context) == ("B", None)
    assert test.variables["sfnorchContext"]["Map"] == {"Item": {"Index": 0, "Value": 7}}  # type: ignore[index,call-overload]
    outer = build_state_test(attempts[1], NOW)
    assert isinstance(outer, StateTest)
    assert (outer.mock, outer.definition.count("sfnorchContext")) == (MockedResult([7]), 0)


@pytest.mark.parametrize(
    ("states", "mocks", "reason"),
    [
        ({"A": {"Type": "Wait", "Seconds": 90, "End": True}}, {}, "it waits 01m30s, and a test really waits"),
        (
            {"A": {"Type": "Wait", "Timestamp": "2027-01-01T00:00:00Z", "End": True}},
            {},
            "it waits 768h, and a test really waits",
        ),
        ({"A": call(End=True)}, {"A": {"Payload": "x" * 262_144}}, "its data are larger than a test can have"),
        (
            {"A": call(Output="{% $error('no') %}", Retry=[{"ErrorEquals": ["States.ALL"]}], End=True)},
            {"A": 1},
            "a test counts the retries of mocked errors only",
        ),
    ],
)
def test_what_cannot_be_tested(states: dict[str, Any], mocks: dict[str, Any], reason: str):
    found = [build_state_test(attempt, NOW) for attempt in watch(states, {}, mocks=mocks)]
    assert next(each for each in found if isinstance(each, Untested)) == Untested(reason)


def test_a_path_into_the_context_object_requires_a_mock():
    state = {"Type": "Pass", "Parameters": {"c.$": "$$.Execution.Id"}, "End": True}
    (attempt,) = watch({"A": state}, {}, language="JSONPath")
    reason = "it reads parts of the context object that TestState does not accept"
    assert build_state_test(attempt, NOW) == Untested(reason)


def one(**more: Any) -> WatchedAttempt:
    return watch({"A": {"Type": "Pass", "Output": {"n": 1.0, "t": True}, "Assign": {"v": "x"}, "Next": "B", **more},
                  "B": {"Type": "Succeed"}}, {})[0]  # fmt: skip


def test_an_answer_that_is_the_same():
    answer = replace(SAME, output={"n": 1, "t": True}, next="B", variables={"v": "x", "sfnorchContext": {}})
    assert compare_answer(one(), answer) == ()


def test_each_value_that_differs():
    answer = replace(SAME, output={"n": 1, "t": 1}, next="C", variables={})
    assert compare_answer(one(), answer) == (
        ValueDifference("next", "C", "B"),
        ValueDifference("output", {"n": 1, "t": 1}, {"n": 1.0, "t": True}),
        ValueDifference("variables", {}, {"v": "x"}),
    )


def test_another_status_comes_with_its_error():
    answer = replace(SAME, status="FAILED", error="States.Runtime", cause="no", output=None)
    assert compare_answer(one(), answer) == (
        ValueDifference("status", "FAILED", "SUCCEEDED"),
        ValueDifference("error", "States.Runtime", ""),
        ValueDifference("cause", "no", ""),
    )


def test_a_result_that_is_not_of_the_form_of_the_api_is_no_difference():
    answer = replace(SAME, output={"n": 1, "t": True}, next="B", variables={"v": "x"}, result_fault="no")
    assert compare_answer(one(), answer) == ()


def test_causes_are_compared_without_the_event():
    (attempt,) = watch({"A": {"Type": "Pass", "Output": "{% $error('no') %}", "End": True}})
    assert attempt.failure
    assert name_status(attempt) == "FAILED"
    cause = attempt.failure.cause.replace("#2", "#17")
    answer = replace(SAME, status="FAILED", error=attempt.failure.error, cause=cause, output=None)
    assert compare_answer(attempt, answer) == ()
    assert compare_answer(attempt, replace(answer, cause=cause.partition("). ")[2])) == ()
    assert compare_answer(attempt, replace(answer, cause="other"))[0].field == "cause"


def test_the_delay_of_a_retry_is_compared_unless_it_is_random():
    for jitter, fields in (({}, ["delay"]), ({"JitterStrategy": "FULL"}, [])):
        retried = {"ErrorEquals": ["E"], "IntervalSeconds": 5, **jitter}
        attempt = watch({"A": call(Retry=[retried], End=True)}, mocks={"A": {"Throw": {"Error": "E"}}})[0]
        answer = replace(SAME, status="RETRIABLE", error="E", cause="", output=None, retry_seconds=9)
        assert [each.field for each in compare_answer(attempt, answer)] == fields


def test_what_has_another_value_each_time_is_not_compared():
    attempt = watch({"A": {"Type": "Pass", "Output": "{% $uuid() %}", "End": True}})[0]
    assert compare_answer(attempt, replace(SAME, output="another")) == ()
    assert list_left_out(attempt) == ("output", "variables")
    path = {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": True}
    assert list_left_out(watch({"A": path}, {}, language="JSONPath")[0]) == ("output", "variables")
    assert list_left_out(one()) == ()
