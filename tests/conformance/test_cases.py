"""The interpreter, compared with what AWS gave, documents, or what another engine gives."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conformance.suite import CASES, EVIDENCE, LANGUAGES, STATE_TYPES, Case


@pytest.mark.smoke
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_execution_has_the_expected_result(case: Case):
    assert case.observe(case.run()) == case.expect()


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
