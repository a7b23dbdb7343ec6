"""Definitions that AWS accepts have no fault, and those that it refuses have the one fault that stands beside them.

A case has the evidence of its fact in `by`: recorded (an execution or a refusal in the tests of a public emulator),
measured (somebody has asked AWS and published the answer), documented, emulated, or assumed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfnorch.definitions.machines import list_machine_faults
from sfnorch.errors import SfnorchError
from sfnorch.findings import Severity
from sfnorch.linter.run import Linter
from sfnorch.simulator.run import simulate
from sfnorch.template.contents import Machine, Template, evaluate_template
from sfnorch.template.reader import parse_template

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
EVIDENCE = {"recorded", "measured", "documented", "emulated", "assumed"}
ENDS = {"Pass", "Task", "Wait", "Map", "Parallel"}
FAILING = {
    *("missing-permission", "jsonata-unassigned", "failure-not-notified", "glue-job-not-waited", "wrong-partition"),
    *("polling-without-bound", "glue-start-not-retried", "permission-unknown", "branch-stops-siblings", "null-value"),
}
"""Rules about what happens when a machine runs, or to its template: AWS creates such a machine all the same."""


def read(folder: str) -> dict[str, dict[str, Any]]:
    files = sorted((Path(__file__).parent / folder).glob("*.yaml"))
    cases = [case for file in files for case in yaml.load(file.read_text(encoding="utf-8"), _LOADER)]  # noqa: S506
    return {case["name"]: case for case in cases}


ACCEPTED, REFUSED = read("accepted"), read("refused")


def definition(case: dict[str, Any]) -> str:
    """The definition of a case: as it is, or of its states, of which the first starts, or of its one state S."""
    if "text" in case:
        return str(case["text"])
    if "definition" in case:
        return json.dumps(case["definition"])
    states = case.get("states")
    if states is None:
        state = case["state"]
        ends = {"End": True} if state.get("Type") in ENDS and "Next" not in state else {}
        states = {"S": {**state, **ends}}
    language = {"QueryLanguage": case["language"]} if "language" in case else {}
    return json.dumps({**language, "StartAt": next(iter(states)), "States": states})


def resource(case: dict[str, Any]) -> dict[str, Any]:
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/r", "DefinitionString": definition(case)}
    if "type" in case:
        properties["StateMachineType"] = case["type"]
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def template(*cases: dict[str, Any]) -> str:
    return json.dumps({"Resources": {f"M{number}": resource(case) for number, case in enumerate(cases)}})


def faults(text: str) -> Iterator[tuple[str, str]]:
    machine: Machine = evaluate_template(parse_template(text, "t.json")).machines[0]
    for fault in list_machine_faults(machine):
        yield "/".join(map(str, fault.path)), fault.message


def errors(read: Template) -> dict[str, list[str]]:
    """The errors of lint by machine."""
    found: dict[str, list[str]] = {}
    for finding in Linter(sorted(FAILING)).lint_template(read):
        if finding.severity is Severity.ERROR:
            found.setdefault((finding.path.split(".") * 2)[1], []).append(
                f"{finding.rule}: {finding.path}: {finding.message}"
            )
    return found


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_aws_accepts_has_no_fault(name: str):
    assert list(faults(template(ACCEPTED[name]))) == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_aws_refuses_has_its_one_fault(name: str):
    case = REFUSED[name]
    assert list(faults(template(case))) == [(case.get("at", ""), case["message"])]
    with pytest.raises(SfnorchError) as error:
        simulate(template(case))
    assert case["message"].removesuffix(".") in error.value.message


def test_lint_gives_no_error_for_what_aws_accepts():
    cases = [case for case in ACCEPTED.values() if case.get("lint", True)]
    found = errors(evaluate_template(parse_template(template(*cases), "t.json")))
    assert {cases[int(name[1:])]["name"]: lines for name, lines in found.items()} == {}


def test_lint_gives_one_error_for_what_aws_refuses():
    cases = list(REFUSED.values())
    found = errors(evaluate_template(parse_template(template(*cases), "t.json")))
    said = {case["name"]: found.get(f"M{number}", []) for number, case in enumerate(cases)}
    assert {name: lines for name, lines in said.items() if len(lines) != 1} == {}


def test_each_case_has_its_evidence():
    cases = [*ACCEPTED.values(), *REFUSED.values()]
    assert {case["by"].split()[0] for case in cases} <= EVIDENCE
    assert len(ACCEPTED) >= 100
    assert len(REFUSED) >= 100
