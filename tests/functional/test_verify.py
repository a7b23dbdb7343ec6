"""`sfnorch verify`, whole: over a wire on which Step Functions answers from the requests alone, and an emulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.ministack import Account
from tests.screens import plain
from tests.state_answers import RefusedError, accept_definition, answer_test_state
from tests.wire import Answer, Fault, Wire, json_answer, json_error

DEFINITION = """{"QueryLanguage": "JSONata", "StartAt": "Load", "States": {
  "Load": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Arguments": {"JobName": "load"}, "Output": "{% $states.result.JobRunState %}", "Next": "Report"},
  "Report": {"Type": "Pass", "Output": "{% $states.context.Execution.Name & $states.input %}", "End": true}}}"""
DENIED = "User: u is not authorized to perform: states:TestState"
DANGLING = {
    "severity": "ERROR",
    "code": "MISSING_TRANSITION_TARGET",
    "message": "Missing 'Next' target: Nobody",
    "location": "/States/Load/Next",
}


@pytest.fixture
def definition(run: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    """A definition in the current folder; calls of TestState go to the host of the emulator."""
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    Path("orders.asl.json").write_text(DEFINITION)
    return "orders.asl.json"


@pytest.fixture
def answering(wire: Wire) -> Wire:
    """A wire on which Step Functions answers as AWS."""

    def answer(operation: str, body: bytes) -> Answer | None:
        answers = {"TestState": answer_test_state, "ValidateStateMachineDefinition": accept_definition}
        if operation not in answers:
            return None
        try:
            return json_answer(answers[operation](json.loads(body)))
        except RefusedError as error:
            return json_error(error.code, error.message)

    wire.answer = answer
    return wire


@pytest.mark.smoke
def test_a_definition_that_is_the_same(run: Run, definition: str, answering: Wire):
    done = run("verify", definition)
    assert (done.code, done.err) == (0, "")
    assert plain(done.out) == (
        "DEFINITION  STEP FUNCTIONS  SIMULATOR\n"
        "orders      accepted        accepted\n"
        "\n"
        "MACHINE  STATE   TYPE  STATUS     RESULT\n"
        "orders   Load    Task  SUCCEEDED  equal\n"
        "orders   Report  Pass  SUCCEEDED  equal\n"
        "2 states: 2 equal\n"
    )
    assert answering.calls == ["ValidateStateMachineDefinition", "TestState", "TestState"]


def test_the_comparison_as_a_document(run: Run, definition: str, answering: Wire):
    done = run("verify", definition, "--state", "Load", "--output", "json")
    assert done.code == 0
    assert json.loads(done.out) == {
        "version": 1,
        "equal": True,
        "definitions": [{"machine": "orders", "accepted": True, "diagnostics": [], "truncated": False, "faults": []}],
        "states": [
            {
                "machine": "orders",
                "execution": "orders",
                "state": "Load",
                "type": "Task",
                "status": "SUCCEEDED",
                "next": "Report",
                "verdict": "equal",
                "reason": "",
                "differences": [],
                "note": "",
                "notCompared": [],
            }
        ],
    }


def test_what_differs_is_shown_with_both_values(run: Run, definition: str, answering: Wire):
    answering.reworded = lambda body: body.replace(b'"nextState": "Report"', b'"nextState": "Elsewhere"')
    done = run("verify", definition)
    assert done.code == 1
    assert plain(done.out).endswith(
        "orders   Load    Task  SUCCEEDED  different\n"
        "orders   Report  Pass  SUCCEEDED  equal\n"
        "orders, Load (SUCCEEDED): next differs\n"
        "  AWS: Elsewhere\n"
        "  simulator: Report\n"
        "2 states: 1 equal, 1 different\n"
    )


def test_a_refused_definition_is_shown_with_its_diagnostics(run: Run, definition: str, wire: Wire):
    wire.answer = lambda *_: json_answer({"result": "FAIL", "diagnostics": [DANGLING], "truncated": True})
    done = run("verify", definition)
    assert done.code == 1
    assert plain(done.out) == (
        "DEFINITION  STEP FUNCTIONS  SIMULATOR\n"
        "orders      refused         accepted\n"
        "orders at /States/Load/Next: ERROR MISSING_TRANSITION_TARGET: Missing 'Next' target: Nobody\n"
        "orders: AWS has more diagnostics than it returns\n"
        "No state was tested, because a definition is refused.\n"
    )


def test_a_call_that_is_not_allowed_is_an_error(run: Run, definition: str, answering: Wire):
    answering.faults = [Fault("TestState", json_error("AccessDeniedException", DENIED))]
    done = run("verify", definition)
    assert (done.code, done.out) == (1, "")
    assert f"Error: TestState: {DENIED} (AccessDeniedException)" in plain(done.err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--facts", "orders.asl.json"), "--facts has its own definitions; pass neither TEMPLATE nor --state."),
        (("orders.asl.json", "--state", "Lod"), "--state: unknown state 'Lod'; did you mean Load?."),
        (("orders.asl.json", "--fail", "lod"), "--fail: unknown job 'lod'; did you mean load?"),
    ],
)
def test_wrong_usage(run: Run, definition: str, answering: Wire, arguments: tuple[str, ...], message: str):
    done = run("verify", *arguments)
    assert done.code == 2
    assert message in plain(done.err)


def test_failures_are_tested_too(run: Run, definition: str, answering: Wire):
    done = run("verify", definition, "--fail", "load")
    assert done.code == 0
    assert "orders   Load    Task  FAILED     equal\n" in plain(done.out)


@pytest.mark.slow
def test_the_facts_as_a_document(run: Run, definition: str, answering: Wire):
    """A call a second: half a minute."""
    done = run("verify", "--facts", "--output", "json")
    document: dict[str, Any] = json.loads(done.out)
    found = {fact["id"]: fact for fact in document["facts"]}
    assert found["choice-without-match"]["verdict"] == "holds"
    assert found["regular-expression-classes"]["verdict"] == "differs"  # here, Step Functions accepts all definitions
    assert found["join-by-name"]["verdict"] == "open"
    assert done.code == 1


def test_an_emulator_answers_for_states_in_jsonpath_without_variables(run: Run, account: Account, definition: str):
    """ministack tests Pass, Choice, Wait, Succeed and Fail, and tasks with mocks in JSONPath; it has no variables."""
    Path("path.asl.json").write_text(
        json.dumps(
            {
                "StartAt": "Load",
                "States": {
                    "Load": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::glue:startJobRun.sync",
                        "Parameters": {"JobName": "load"},
                        "ResultSelector": {"state.$": "$.JobRunState"},
                        "ResultPath": "$.load",
                        "Next": "Check",
                    },
                    "Check": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$.load.state", "StringEquals": "SUCCEEDED", "Next": "Done"}],
                        "Default": "Failed",
                    },
                    "Done": {"Type": "Succeed"},
                    "Failed": {"Type": "Fail", "Error": "LoadFailed"},
                },
            }
        )
    )
    done = run("verify", "path.asl.json")
    assert (done.code, done.err) == (0, "")
    assert plain(done.out).endswith("3 states: 3 equal\n")
