"""The matcher that counts its steps finds what the standard library's finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonata.jexception import JException
from jsonata.regex_engine import RegexFlags

from sfnorch.evaluation.budget import Budget, BudgetError
from sfnorch.evaluation.regex_cost import build_try_counter
from sfnorch.evaluation.regex_machine import find
from sfnorch.evaluation.regex_programs import RegexSizeError, compile_program
from sfnorch.evaluation.regexes import Regex, compile_regex

ATOMS = st.sampled_from(
    [
        *(
            "a",
            "b",
            "[ab]",
            "[^a]",
            ".",
            r"\d",
            r"\w",
            r"\b",
            "^",
            "$",
            "(?:)",
            "()",
            "A",
            "é",
            r"\1",
            "(?=a)",
            "(?!b)",
        ),
        *("(?<=a)", "(?<!ab)", "(?i:a)", "(?(1)a|b)"),
    ]
)
REPEATS = st.sampled_from(["", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?", "{2,}"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeated = st.tuples(inner, REPEATS).map(lambda pair: f"(?:{pair[0]}){pair[1]}")
    grouped = st.tuples(inner, REPEATS).map(lambda pair: f"({pair[0]}){pair[1]}")
    return st.one_of(
        repeated, grouped, st.lists(inner, min_size=2, max_size=3).map("|".join), st.tuples(inner, inner).map("".join)
    )


PATTERNS = st.recursive(ATOMS, _grown, max_leaves=6)


def _found(pattern: str, text: str, flags: int) -> list[list[int]]:
    """What the machine finds, one after another, as the spans of the groups."""
    program, groups = compile_program(pattern, flags), re.compile(pattern, flags).groups
    found, at, empty_at = [], 0, -1
    while at <= len(text) and (slots := find(program, text, at, Budget(20_000), empty_at)) is not None:
        found.append(slots[: 2 * groups + 2])
        at = slots[1]
        empty_at = at if slots[0] == at else -1
    return found


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.text("abA1é\n", max_size=8), st.sampled_from([0, re.IGNORECASE, re.MULTILINE]))
def test_the_machine_finds_what_re_finds(pattern: str, text: str, flags: int):
    try:
        library = re.compile(pattern, flags)
    except re.error:
        return
    expected = [
        [place for index in range(library.groups + 1) for place in found.span(index)]
        for found in library.finditer(text)
    ]
    try:
        assert _found(pattern, text, flags) == expected
    except BudgetError:
        assert build_try_counter(pattern, flags)(len(text)) > 10_000


@pytest.mark.parametrize(("pattern", "steps"), [("x", 11), ("[xy]z*", 11), ("xy", 11), ("ab", 12), ("a(?=b)", 14)])
def test_a_position_from_which_nothing_can_match_counts_also_if_it_is_skipped(pattern: str, steps: int):
    budget = Budget()
    assert find(compile_program(pattern, 0), "a a-a.a,a ", 0, budget) is None
    assert budget.steps == steps


REAL = {
    r"^(\d{4})-(\d\d)-(\d\d)$": "2026-11-29",
    r"(a+)+$": "aaaa",
    r"[^,]*,\s*": "a, b,c, d",
    r"(?P<q>['\"]).*?(?P=q)": "say 'it' or \"that\"",
    r"\bjr_[0-9a-f]{4,}\b": "run jr_12ab34 of jr_9",
}


@pytest.mark.parametrize("pattern", REAL)
def test_patterns_as_people_write_them(pattern: str):
    text = REAL[pattern]
    expected = [
        [place for index in range(re.compile(pattern).groups + 1) for place in found.span(index)]
        for found in re.finditer(pattern, text)
    ]
    assert _found(pattern, text, 0) == expected
    regex, library = compile_regex(pattern, RegexFlags()), re.compile(pattern)
    assert regex.split(text) == library.split(text)
    assert regex.sub("<\\g<0>>", text) == library.sub("<\\g<0>>", text)
    assert [found.groups() for found in regex.finditer(text)] == [found.groups() for found in library.finditer(text)]


def test_what_takes_long_is_counted_and_what_cannot_is_left_to_re():
    assert build_try_counter(r"\s+", 0)(1_000) < 10_000
    assert build_try_counter("a,b", 0)(1_000) < 10_000
    assert build_try_counter(r"[a-z]+=", 0)(1_000) > 1_000_000
    assert build_try_counter(r"(a+)+b", 0)(10) > 10**9
    assert build_try_counter(r"(?=a)", 0)(10) > 10**9


HOSTILE = {
    "(a+)+b": "a" * 64,
    "(a|a)*b": "a" * 64,
    "(a|aa)+$": "a" * 64 + "b",
    r"(.*)*\1b": "a" * 64,
    "(?=(a+)+b)": "a" * 64,
    "(a?){40}a{40}": "a" * 39,
    "a*a*a*a*a*a*a*b": "a" * 300,
}


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_regex_has_an_end_after_the_same_steps_on_every_machine(pattern: str):
    counted = []
    for _ in range(2):
        budget = Budget(20_000)
        with pytest.raises(BudgetError, match="it takes more than 20,000 steps, the limit of a simulation"):
            find(compile_program(pattern, 0), HOSTILE[pattern], 0, budget)
        counted.append(budget.steps)
    assert counted[0] == counted[1]


def test_a_pattern_that_repeats_itself_too_often_is_refused():
    with pytest.raises(RegexSizeError, match="more than 20,000 parts when repetitions are expanded"):
        compile_program("((ab){200}c){200}", 0)
    with pytest.raises(BudgetError, match="its regex has more than 20,000 parts"):
        Regex("((ab){1,200}c){200}", 0).search("ab" * 300)


def test_what_is_no_regex_is_an_error_of_the_expression():
    with pytest.raises(
        JException, match=r"/\(a/ is an invalid regex: missing \), unterminated subpattern at position 0"
    ):
        compile_regex("(a", RegexFlags())
    with pytest.raises(BudgetError, match=r"it has a regex of more than 10,000 characters; shorten it"):
        compile_regex("a" * 10_001, RegexFlags())
    with pytest.raises(re.error, match="invalid group reference 2 at position 3"):
        compile_regex("(a)", RegexFlags()).sub("\\g<2>", "a")
