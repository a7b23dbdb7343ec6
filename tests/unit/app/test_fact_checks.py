"""The facts that the simulator assumes, and what AWS says about them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sfnorch.app.fact_checks import list_facts, verify_facts
from sfnorch.definitions.check import find_faults
from sfnorch.template.states import build_scope
from tests.state_answers import AnsweringStepFunctions, RefusedError, accept_definition, answer_test_state

FACTS = [dict(fact) for fact in list_facts()]
DOCS = Path("docs").resolve()


def validate_as_the_simulator(request: dict[str, Any]) -> dict[str, Any]:
    from sfnorch.template.reader import parse_value

    faults = list(find_faults(build_scope(parse_value(request["definition"], "d")), express=False))  # type: ignore[arg-type]
    error = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "no"}
    return {"result": "FAIL", "diagnostics": [error]} if faults else accept_definition(request)


def test_the_facts_of_the_file():
    ids = [fact["id"] for fact in FACTS]
    assert len(ids) == len(set(ids))
    assert all(len({"test", "validate", "run"} & fact.keys()) == 1 for fact in FACTS)
    assert all(set(fact["run"]) == {"why", "how"} for fact in FACTS if "run" in fact)  # type: ignore[arg-type]
    assert {"queuing-field", "sync-stopped", "join-by-name"} <= set(ids)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact["id"]))
def test_a_fact_is_on_its_page(fact: dict[str, Any]):
    page, _, anchor = str(fact["page"]).partition("#")
    text = (DOCS / page).read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert anchor in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert "assumed" in text


def test_all_facts_hold_where_aws_does_as_the_simulator():
    aws = AnsweringStepFunctions(validations=validate_as_the_simulator)
    report = verify_facts(aws.open_account())
    assert report.is_equal
    assert report.region == "eu-central-1"
    assert [fact.id for fact in report.facts] == [fact["id"] for fact in FACTS]
    assert {fact.verdict for fact in report.facts} == {"holds", "open"}
    asked = {"TestState": "test", "ValidateStateMachineDefinition": "validate", "execution": "run"}
    assert all(asked[fact.operation] in each for fact, each in zip(report.facts, FACTS, strict=True))
    assert not any("roleArn" in made for _, made, _ in aws.calls)


@pytest.mark.slow
def test_a_fact_that_does_not_hold_shows_the_value_of_aws():
    def answer(request: dict[str, Any]) -> dict[str, Any]:
        found = answer_test_state(request)
        if "Choice" in request["definition"] and "false" in request["definition"]:
            found["error"] = "States.NoChoiceMatched"
        return found

    report = verify_facts(AnsweringStepFunctions(tests=answer, validations=validate_as_the_simulator).open_account())
    assert not report.is_equal
    (wrong,) = [fact for fact in report.facts if fact.verdict == "differs"]
    assert wrong.id == "choice-without-match"
    assert [tuple(each) for each in wrong.differences] == [("error", "States.NoChoiceMatched", "States.Runtime")]


@pytest.mark.slow
def test_only_the_named_values_of_a_fact_are_compared():
    def answer(request: dict[str, Any]) -> dict[str, Any]:
        found = answer_test_state(request)
        return {**found, "cause": "other words"} if "400000" in request["definition"] else found

    report = verify_facts(AnsweringStepFunctions(tests=answer, validations=validate_as_the_simulator).open_account())
    assert report.is_equal


def test_a_definition_that_aws_takes_otherwise_and_a_refused_test():
    def refuse(request: dict[str, Any]) -> dict[str, Any]:
        raise RefusedError("ValidationException", "no")

    report = verify_facts(AnsweringStepFunctions(tests=refuse).open_account())
    found = {fact.id: fact for fact in report.facts}
    assert found["regular-expression-classes"].verdict == "differs"
    assert found["regular-expression-classes"].differences[0].aws == []
    assert (found["queuing-field"].verdict, found["queuing-field"].reason) == ("refused", "no (ValidationException)")
    assert found["sync-stopped"].verdict == "open"
    assert found["sync-stopped"].how
