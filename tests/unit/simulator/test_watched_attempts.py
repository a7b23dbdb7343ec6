"""What a simulation shows of each attempt of a state to the one who watches."""

from __future__ import annotations

from typing import Any

from sfnorch.app.sources import evaluate_source
from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.run import run_machine
from sfnorch.simulator.watched_attempts import WatchedAttempt
from sfnorch.template.reader import Source, parse_value

LAMBDA = "arn:aws:states:::lambda:invoke"


def watch(
    states: dict[str, Any], given: Json = None, mocks: dict[str, Json] | None = None, language: str = "JSONata"
) -> list[WatchedAttempt]:
    """The attempts of the states of a definition, which begins with the state A."""
    text = write_compact({"QueryLanguage": language, "StartAt": "A", "States": states})
    template = evaluate_source(
        Source(file="d.asl.json", text=text, data=parse_value(text, "d"), is_definition=True)  # type: ignore[arg-type]
    )
    attempts: list[WatchedAttempt] = []
    behaviour = Behaviour(mocks=mocks or {}, enforce_permissions=False)
    run_machine(template, template.machines[0], given, behaviour, watch=attempts.append)
    return attempts


def call(**more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": "f"}, **more}


def test_what_a_state_gets_and_makes():
    states = {
        "A": {"Type": "Pass", "Assign": {"v": 1}, "Output": {"n": 2}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"v": "{% $v + 1 %}"}, "End": True},
    }
    first, second = watch(states, {"given": True})
    assert (first.input, dict(first.variables), first.output, dict(first.assigned), first.next) == (
        {"given": True},
        {},
        {"n": 2},
        {"v": 1},
        "B",
    )
    assert (second.input, dict(second.variables), dict(second.assigned), second.next) == (
        {"n": 2},
        {"v": 1},
        {"v": 2},
        "",
    )
    assert (first.results, first.thrown, first.failure, first.delay) == ((), None, None, None)
    assert first.context["State"] == {"Name": "A", "EnteredTime": "2026-01-01T00:00:00.000Z"}


def test_the_result_of_the_work():
    (attempt,) = watch({"A": call(Output="{% $states.result.Payload %}", End=True)}, mocks={"A": {"Payload": 5}})
    assert (attempt.results, attempt.output, attempt.is_evaluation) == (({"Payload": 5},), 5, False)


def test_an_error_that_is_retried_then_caught():
    retried = {"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 2}
    caught = {"ErrorEquals": ["States.ALL"], "Assign": {"e": "{% $states.errorOutput.Error %}"}, "Next": "B"}
    states = {"A": call(Retry=[retried], Catch=[caught], End=True), "B": {"Type": "Succeed"}}
    *attempts, last = watch(states, mocks={"A": {"Throw": {"Error": "E", "Cause": "c"}}})
    assert [(each.used, each.delay, each.next) for each in attempts] == [(0, 2.0, ""), (1, 4.0, ""), (2, None, "B")]
    assert all(each.thrown and each.thrown.error == "E" and not each.is_evaluation for each in attempts)
    assert [each.context["State"]["RetryCount"] for each in attempts] == [0, 1, 2]  # type: ignore[index,call-overload]
    assert (dict(attempts[-1].assigned), attempts[-1].failure) == ({"e": "E"}, None)
    assert last.state.name == "B"


def test_an_error_of_a_value_of_the_state_itself():
    states = {"A": call(Output="{% $error('no') %}", End=True)}
    (attempt,) = watch(states, mocks={"A": {"Payload": 5}})
    assert attempt.is_evaluation
    assert attempt.results == ({"Payload": 5},)
    assert attempt.failure is attempt.thrown
    assert attempt.failure
    assert attempt.failure.error == "States.QueryEvaluationError"


def test_a_fail_state_fails_with_its_own_error():
    (attempt,) = watch({"A": {"Type": "Fail", "Error": "Mine", "Cause": "because"}})
    assert attempt.failure
    assert (attempt.failure.error, attempt.failure.cause, attempt.is_evaluation) == ("Mine", "because", False)


def test_an_error_of_a_branch_is_one_of_the_work_of_its_parallel():
    branch = {"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "Inner"}}}
    inner, outer = watch({"A": {"Type": "Parallel", "Branches": [branch], "End": True}})
    assert (inner.state.name, outer.state.name) == ("B", "A")
    assert outer.thrown
    assert (outer.thrown.error, outer.is_evaluation, outer.results) == ("Inner", False, ())


def test_a_wait_takes_its_time():
    waiting, _ = watch({"A": {"Type": "Wait", "Seconds": 90, "Next": "B"}, "B": {"Type": "Succeed"}})
    assert (waiting.entered, waiting.ended) == (0, 90)
