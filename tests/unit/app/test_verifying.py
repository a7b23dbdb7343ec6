"""The comparison of the simulator with Step Functions, whose answers come from the requests alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.verifying import VerifyRequest, verify
from sfnorch.errors import RequestError
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from tests.state_answers import AnsweringStepFunctions, RefusedError, answer_test_state

PLAN = "pattern: master-child\nchildren: [{name: orders, jobs: [load, clean]}]\n"


def request(plan: str = PLAN, **more: Any) -> VerifyRequest:
    simulation = SimulateRequest(plan=parse_plan(plan), behaviour=more.pop("behaviour", None))
    return VerifyRequest(simulation=simulation, **more)


def test_a_plan_is_the_same():
    aws = AnsweringStepFunctions()
    found = verify(request(), aws.open_account())
    assert found.is_equal
    assert [(each.machine, each.validation.accepted) for each in found.definitions] == [
        ("master", True),
        ("orders", True),
    ]
    assert {each.verdict for each in found.states} == {"equal"}
    names = [call[0] for call in aws.calls]
    assert names == ["ValidateStateMachineDefinition"] * 2 + ["TestState"] * len(found.states)
    assert not any("roleArn" in made for _, made, _ in aws.calls)


def test_tests_are_a_second_apart():
    aws = AnsweringStepFunctions()
    verify(request(), aws.open_account())
    times = [at for name, _, at in aws.calls if name == "TestState"]
    assert [after - before for before, after in pairwise(times)] == [1.0] * (len(times) - 1)


def test_failures_are_a_second_run():
    clean = verify(request(), AnsweringStepFunctions().open_account())
    behaviour = Behaviour(faults=[Fault(job="load")], throttles={"clean": 1})
    found = verify(request(behaviour=behaviour), AnsweringStepFunctions().open_account())
    assert found.is_equal
    assert found.states[: len(clean.states)] == clean.states
    more = {(each.state, each.status) for each in found.states[len(clean.states) :]}
    assert ("load", "CAUGHT_ERROR") in more
    assert {status for _, status in more} >= {"CAUGHT_ERROR", "FAILED"}


def test_one_state():
    aws = AnsweringStepFunctions()
    found = verify(request(state="load"), aws.open_account())
    assert [each.machine for each in found.definitions] == ["orders"]
    assert [(each.state, each.type, each.status, each.next) for each in found.states] == [
        ("load", "Task", "SUCCEEDED", "clean")
    ]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("laod", "unknown state 'laod'; did you mean load?"),
        ("NotifyPlainly", "the run does not reach NotifyPlainly; choose another input or failure"),
    ],
)
def test_a_state_that_cannot_be_tested(state: str, message: str):
    with pytest.raises(RequestError) as error:
        verify(request(state=state), AnsweringStepFunctions().open_account())
    assert error.value.message == f"state: {message}"


def test_each_attempt_on_request():
    behaviour = Behaviour(throttles={"load": 3})
    first = verify(request(state="load", behaviour=behaviour), AnsweringStepFunctions().open_account())
    every = verify(
        request(state="load", behaviour=behaviour, every_attempt=True), AnsweringStepFunctions().open_account()
    )
    assert [each.status for each in first.states] == ["SUCCEEDED", "RETRIABLE"]
    assert [each.status for each in every.states] == ["SUCCEEDED", *["RETRIABLE"] * 3, "SUCCEEDED"]
    assert every.is_equal


def test_a_refused_definition_is_not_tested_further():
    error = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "no", "location": "/StartAt"}
    aws = AnsweringStepFunctions(validations=lambda _: {"result": "FAIL", "diagnostics": [error]})
    found = verify(request(), aws.open_account())
    assert (found.is_equal, found.states) == (False, ())
    assert found.definitions[0].validation.errors[0].location == "/StartAt"


def test_a_definition_that_only_the_simulator_refuses(tmp_path: Path):
    path = tmp_path / "d.asl.json"
    path.write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nobody"}}}')
    asked = VerifyRequest(simulation=SimulateRequest(template=path))
    found = verify(asked, AnsweringStepFunctions().open_account())
    assert not found.is_equal
    assert [fault.line for fault in found.definitions[0].faults]


def test_what_differs_and_what_aws_refuses():
    def answer(made: dict[str, Any]) -> dict[str, Any]:
        if made["stateName"] == "load":
            return {**answer_test_state(made), "nextState": "Elsewhere"}
        if made["stateName"] == "clean":
            raise RefusedError("ValidationException", "State not found in definition")
        return answer_test_state(made)

    found = verify(request(), AnsweringStepFunctions(tests=answer).open_account())
    assert not found.is_equal
    wrong = {each.state: each for each in found.states if each.verdict != "equal"}
    assert [tuple(each) for each in wrong["load"].differences] == [("next", "Elsewhere", "clean")]
    assert wrong["clean"].reason == "State not found in definition (ValidationException)"
    assert len(wrong) == 2


def test_a_result_that_is_not_of_the_form_of_the_api_is_a_note():
    fault = "Mock result schema validation error: Field 'Id' must be a number"

    def answer(made: dict[str, Any]) -> dict[str, Any]:
        if made.get("mock", {}).get("fieldValidationMode") == "PRESENT":
            raise RefusedError("ValidationException", fault)
        return answer_test_state(made)

    found = verify(request(state="load"), AnsweringStepFunctions(tests=answer).open_account())
    assert found.is_equal
    assert [(each.verdict, each.note) for each in found.states] == [("equal", fault)]


TEMPLATES = Path("tests/golden/plans").resolve()
WITHOUT_JOBS = ("continuous-three-resources", "dynamic-three-resources")
NOT_SIMULATED = (
    "backfill-of-items",
    "fan-out-as-a-child",
    "fan-out-in-batches",
    "fan-out-of-objects",
    "flow-everything",
)
"""They read objects, and run code."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name.removesuffix(".sam.yaml") for path in TEMPLATES.glob("*.sam.yaml")))
def test_a_request_has_all_that_a_state_reads(name: str):
    """The answers are simulated from the requests alone: a request that lacks something is answered otherwise."""
    if name in NOT_SIMULATED:
        pytest.skip("it needs more than the template")
    behaviour = Behaviour(faults=[] if name in WITHOUT_JOBS else [Fault(job="*", times=2)])
    simulation = SimulateRequest(template=TEMPLATES / f"{name}.sam.yaml", behaviour=behaviour)
    found = verify(VerifyRequest(simulation=simulation), AnsweringStepFunctions().open_account())
    assert [each for each in found.states if each.verdict in ("different", "refused")] == []
    assert found.is_equal
