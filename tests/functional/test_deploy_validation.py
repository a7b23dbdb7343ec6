"""`sfnorch deploy` has Step Functions validate the definitions before its change set, if it may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.screens import plain
from tests.wire import Answer, Fault, Wire, json_answer, json_error

MACHINE = """
Resources:
  Etl:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/etl
      StateMachineType: EXPRESS
      Definition: {StartAt: A, States: {A: {Type: Pass, Comment: COMMENT, End: true}}}
"""
REFUSED = {
    "result": "FAIL",
    "diagnostics": [
        {"severity": "WARNING", "code": "NO_PATH", "message": "a path"},
        {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "no", "location": "/States/A"},
    ],
}
DEPLOY = ("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes", "--no-execute")
VALIDATE = "ValidateStateMachineDefinition"


@pytest.fixture
def template(run: Run) -> Path:
    """A template with a state machine, in the folder in which commands run."""
    path = Path("t.yaml")
    path.write_text(MACHINE)
    return path


@pytest.mark.usefixtures("template")
def test_the_definition_is_validated_before_the_change_set(run: Run, wire: Wire):
    asked: list[dict[str, str]] = []

    def answer(operation: str, body: bytes) -> Answer | None:
        if operation == VALIDATE:
            asked.append(json.loads(body))
        return None

    wire.answer = answer
    done = run(*DEPLOY)
    assert done.code == 0, done.err
    assert "note:" not in done.err
    assert wire.calls.index(VALIDATE) < wire.calls.index("CreateChangeSet")
    assert [(each["type"], each["severity"], each["maxResults"]) for each in asked] == [("EXPRESS", "WARNING", 100)]
    assert json.loads(asked[0]["definition"])["StartAt"] == "A"


@pytest.mark.usefixtures("template")
def test_a_refused_definition_is_not_deployed(run: Run, wire: Wire):
    wire.faults = [Fault(VALIDATE, json_answer(REFUSED))]
    done = run(*DEPLOY)
    assert (done.code, done.out) == (1, "")
    assert plain(done.err).endswith(
        "Error: Etl-XXXXXXXXXXXX, /States/A: Step Functions: no [SCHEMA_VALIDATION_FAILED]\n"
        "  nothing was deployed; --no-validation skips the validation by Step Functions\n"
    )
    assert "CreateChangeSet" not in wire.calls


@pytest.mark.usefixtures("template")
def test_without_the_permission_there_is_a_note(run: Run, wire: Wire):
    wire.faults = [Fault(VALIDATE, json_error("AccessDeniedException", "not authorized"))]
    done = run(*DEPLOY)
    assert done.code == 0
    assert (
        "note: Step Functions has not validated the definitions: ValidateStateMachineDefinition: not authorized "
        "(AccessDeniedException)\n"
    ) in plain(done.err)
    assert "CreateChangeSet" in wire.calls


@pytest.mark.usefixtures("template")
def test_the_validation_can_be_skipped(run: Run, wire: Wire):
    assert run(*DEPLOY, "--no-validation").code == 0
    assert VALIDATE not in wire.calls


def test_a_definition_with_a_value_that_does_not_exist_yet_is_not_validated(run: Run, wire: Wire, template: Path):
    template.write_text(MACHINE.replace("COMMENT", "{'Fn::ImportValue': other}"))
    run(*DEPLOY)
    assert VALIDATE not in wire.calls


def test_all_definitions_of_a_plan_are_validated(run: Run, wire: Wire):
    Path("sfnorch.yaml").write_text("pattern: master-child\nchildren: [{name: a, jobs: [b]}, {name: c, jobs: [d]}]\n")
    run("deploy", "--stack-name", "s", "--yes", "--no-execute")
    assert wire.calls.count(VALIDATE) == 3
