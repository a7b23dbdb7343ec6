"""The interpreter, compared with what AWS gave, documents, or what another engine gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.suite import CASES, EVIDENCE, LANGUAGES, STATE_TYPES, Case

ROOT = Path(__file__).parents[2]


@pytest.mark.smoke
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_execution_has_the_expected_result(case: Case):
    assert case.observe(case.run()) == case.expect()


@pytest.mark.parametrize(
    ("language", "always"),
    [("JSONata", {"Condition": "{% true %}"}), ("JSONPath", {"Variable": "$$.State.Name", "StringEquals": "B"})],
)
def test_an_endless_loop_ends_at_25_000_events(language: str, always: dict[str, str]):
    """https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html"""
    states = {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{**always, "Next": "A"}], "Default": "C"},
        "C": {"Type": "Succeed"},
    }
    execution = Case("Pass", {"in": language, "states": states}).run()
    assert (execution.status, execution.error, execution.history) == ("FAILED", "States.Runtime", 25_000)
    assert execution.cause == "The execution reached the maximum number of history events (25000)."
    assert execution.states == ["A", "B"] * 6_249 + ["A"]


def test_there_are_cases_of_each_state_type_language_and_outcome():
    assert len(CASES) >= 400
    assert len({str(case) for case in CASES}) == len(CASES)
    count = Counter((case.kind, case.language, case.outcome) for case in CASES)
    wanted = {
        **dict.fromkeys(STATE_TYPES, ("succeeds", "fails")),
        "Succeed": ("succeeds", "fails"),
        "Fail": ("fails",),
        **dict.fromkeys(
            ("Task", "Parallel", "Map"), ("succeeds", "fails", "caught", "retried, succeeds", "retried, fails")
        ),
    }
    missing = [
        (kind, language, outcome)
        for kind, outcomes in wanted.items()
        for language in LANGUAGES
        for outcome in outcomes
        if not count[kind, language, outcome]
    ]
    assert missing == []


def test_each_case_tells_its_evidence():
    for case in CASES:
        assert case.evidence in EVIDENCE, case
        assert len(str(case.given["by"]).split()) > 1, case
        assert case.evidence != "documented" or "https://" in case.given["by"], case


def test_the_page_about_the_evidence_has_the_numbers_of_the_cases():
    page = (ROOT / "docs" / "concepts" / "simulator-evidence.md").read_text(encoding="utf-8")
    lines = [f"| {kind} | {' | '.join(describe(kind, language) for language in LANGUAGES)} |" for kind in STATE_TYPES]
    assert "\n".join(lines) in page, "renew the table of the page:\n" + "\n".join(lines)


def describe(kind: str, language: str) -> str:
    """The number of cases of a state type, by evidence: `12: 8 measured, 4 documented`."""
    count = Counter(case.evidence for case in CASES if (case.kind, case.language) == (kind, language))
    return f"{count.total()}: {', '.join(f'{count[evidence]} {evidence}' for evidence in EVIDENCE if count[evidence])}"
