"""Scenario files: tables of examples, what is given to all scenarios, and all errors with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.errors import SfnorchError
from sfnorch.scenarios.examples import fill_row, name_row
from sfnorch.scenarios.files import ScenarioFileError, find_files, parse_scenario_file
from sfnorch.scenarios.models import Expect, ExpectedExecution, Failure

FILE = Path("nightly.sfntest.yaml")


def read(text):
    return parse_scenario_file(text, FILE)


def errors(text):
    with pytest.raises(ScenarioFileError) as refused:
        read(text)
    return [str(finding) for finding in refused.value.findings]


def test_a_table_is_a_scenario_for_each_row():
    file = read("""\
given: {durations: {"load-*": 20m}, seed: 7}
scenarios:
- name: <job> fails
  examples:
  - {job: a, times: 2}
  - {job: b, times: 1}
  input: {"<job>": "<job> of <other>", count: <times>}
  given: {failures: {<job>: <times>}, durations: {<job>: 1m}}
  expect: {executions: {<job>: FAILED}}
- name: plain
  expect: {status: FAILED}
""")
    first, second, plain = (each.scenario for each in file.scenarios)
    assert [each.scenario.name for each in file.scenarios] == ["a fails", "b fails", "plain"]
    assert [each.line for each in file.scenarios] == [3, 3, 10]
    assert first.input == {"a": "a of <other>", "count": 2}
    assert second.input == {"b": "b of <other>", "count": 1}
    assert first.given.failures == {"a": Failure(times=2)}
    assert first.given.durations == {"load-*": 1200.0, "a": 60.0}
    assert plain.given.durations == {"load-*": 1200.0}
    assert (first.given.seed, plain.given.seed) == (7, 7)
    assert first.expect == Expect(executions={"a": ExpectedExecution(status="FAILED")})


def test_the_values_of_a_row_follow_a_name_without_a_column():
    file = read("scenarios: [{name: fails, examples: [{job: a}, {job: b}]}]")
    assert [each.scenario.name for each in file.scenarios] == ["fails [a]", "fails [b]"]


@given(st.text("<>ab", max_size=12), st.dictionaries(st.sampled_from(["a", "b"]), st.text("<>ab"), max_size=2))
def test_a_row_is_filled_once(text, row):
    """A value of a row that looks like a column is not filled again."""
    expected, index = "", 0
    while index < len(text):
        column = next((name for name in row if text.startswith(f"<{name}>", index)), None)
        expected += text[index] if column is None else row[column]
        index += 1 if column is None else len(column) + 2
    assert fill_row(text, row) == expected
    assert name_row(text + "<a>", {"a": "x"}).endswith("x")


def test_all_errors_are_reported_with_their_lines():
    assert errors("""\
targets: {}
scenarios:
- name: one
  at: tomorrow
  given:
    durations: {a: soon}
    failures: {a: 0, b: never}
    objects: {s3://b/k: {text: a, file: b}}
  expect:
    executions: {a: {state: FAILED}}
    assertions: ["$count("]
    output: {matches: "("}
- name: one
  input: {}
  event: {}
""") == [
        "targets: unknown key 'targets'; did you mean target? (nightly.sfntest.yaml, line 1)",
        "scenarios[0].at: expected a time such as 2026-03-29T03:00 or 2026-03-29T01:00Z (nightly.sfntest.yaml, line 4)",
        "scenarios[0].given.durations.a: expected a duration such as 90s, 15m or 1h30m (nightly.sfntest.yaml, line 6)",
        "scenarios[0].given.failures.a: 0 is too small; must be at least 1 (nightly.sfntest.yaml, line 7)",
        (
            "scenarios[0].given.failures.b: expected always, a number of runs or a mapping, got 'never' "
            "(nightly.sfntest.yaml, line 7)"
        ),
        (
            "scenarios[0].given.objects.s3://b/k: write exactly one of the keys file, text and json "
            "(nightly.sfntest.yaml, line 8)"
        ),
        (
            "scenarios[0].expect.executions.a.state: unknown key 'state'; did you mean states? "
            "(nightly.sfntest.yaml, line 10)"
        ),
        (
            "scenarios[0].expect.assertions[0]: '$count(' is not JSONata: S0203: Expected \")\" before end of expression "
            "(nightly.sfntest.yaml, line 11)"
        ),
        (
            "scenarios[0].expect.output: matches: '(' is not a regular expression: missing ), unterminated subpattern at "
            "position 0 (nightly.sfntest.yaml, line 12)"
        ),
        "scenarios[1]: write input or event, not both (nightly.sfntest.yaml, line 13)",
    ]


def test_an_error_in_a_row_is_at_the_place_of_the_scenario():
    assert errors("""\
scenarios:
- name: <job>
  examples:
  - {job: a, wanted: 1}
  - {job: b}
  - text
  given: {failures: {<job>: never}}
""") == [
        "scenarios[0].examples[1]: a row must have the columns job, wanted (nightly.sfntest.yaml, line 5)",
        "scenarios[0].examples[2]: expected a mapping of columns to values (nightly.sfntest.yaml, line 6)",
        (
            "scenarios[0].given.failures.<job>: expected always, a number of runs or a mapping, got 'never' "
            "(nightly.sfntest.yaml, line 7)"
        ),
    ]


def test_duplicate_names():
    assert errors("scenarios:\n- name: a\n- name: b\n- name: a\n") == [
        (
            "scenarios[2].name: duplicate name 'a'; the first is on line 2; choose another name "
            "(nightly.sfntest.yaml, line 4)"
        )
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty; write the scenarios in the list scenarios, or create a file with sfnorch test --init"),
        (
            "[]",
            (
                "expected a mapping, got array; write the scenarios in the list scenarios, or create a file with "
                "sfnorch test --init"
            ),
        ),
        ("{", "this is not JSON: Expecting property name enclosed in double quotes"),
        ("scenarios: []", "scenarios: must have at least 1, got 0"),
        ("scenarios: {}", "scenarios: expected a list, got a mapping"),
        ("scenarios: [1]", "scenarios[0]: expected a mapping, got 1"),
        (
            "scenarios: [{name: a, examples: {}}]",
            "scenarios[0].examples: expected a list of rows, each a mapping of columns to values",
        ),
    ],
)
def test_other_contents_are_refused(text, message):
    assert errors(text) == [f"{message} (nightly.sfntest.yaml, line 1)"]


def test_files_of_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SfnorchError) as missing:
        find_files(())
    assert missing.value.message == "There is no scenario file (*.sfntest.yaml) in the current folder and in tests"
    (tmp_path / "tests").mkdir()
    for name in ("b.sfntest.yaml", "a.sfntest.json", "other.yaml", "tests/c.sfntest.yml"):
        (tmp_path / name).write_text("")
    assert list(map(str, find_files(()))) == ["a.sfntest.json", "b.sfntest.yaml", "tests/c.sfntest.yml"]
    assert find_files((Path("tests"), Path("other.yaml"))) == [Path("tests/c.sfntest.yml"), Path("other.yaml")]
