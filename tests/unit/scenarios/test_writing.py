"""The text of scenario files: block style, comments above values, and the same data when it is read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.scenarios.files import parse_scenario_file
from sfnorch.scenarios.writing import format_scenarios


def test_a_file_with_comments():
    document: Any = {
        "scenarios": [
            {
                "name": "A: b # c",
                "at": "2026-03-29T01:00:05Z",
                "input": {},
                "given": {
                    "failures": {"a": {"times": 2, "message": "No\nspace: \n"}, "yes": "always"},
                    "durations": {"x": "5m"},
                    "mocks": {"M/S": {"0": {"Return": {"a": [1, {"b": 2}], "e": [], "f": {}, "text": "one\ntwo\n"}}}},
                },
                "expect": {"status": "FAILED", "alarms": {}, "jobs": {"ran": ["a", "b"]}},
            }
        ],
        "target": {"plan": "sfnorch.yaml", "region": "us-east-1"},
    }
    text = format_scenarios(
        document,
        header=["Recorded from x.", "", "It failed."],
        comments={
            ("scenarios", 0, "given", "durations", "x"): ["The mean of 2 runs:", "4m, 6m."],
            ("scenarios", 0, "expect"): ["What came of it."],
        },
    )
    assert (
        text
        == """\
# Recorded from x.
#
# It failed.

target:
  plan: sfnorch.yaml
  region: us-east-1

scenarios:
  - name: 'A: b # c'
    at: '2026-03-29T01:00:05Z'
    input: {}
    given:
      failures:
        a:
          times: 2
          message: "No\\nspace: \\n"
        'yes': always
      durations:
        # The mean of 2 runs:
        # 4m, 6m.
        x: 5m
      mocks:
        M/S:
          '0':
            Return:
              a:
                - 1
                - b: 2
              e: []
              f: {}
              text: |
                one
                two
    # What came of it.
    expect:
      status: FAILED
      alarms: {}
      jobs:
        ran:
          - a
          - b
"""
    )
    assert yaml.safe_load(text) == document
    assert parse_scenario_file(text, Path("x.sfntest.yaml")).scenarios[0].scenario.name == "A: b # c"


def test_comments_above_the_keys_and_the_items_of_lists():
    document: Any = {"scenarios": [{"name": "x"}, {"name": "text\nof lines", "given": {"seed": 1}}]}
    comments = {("scenarios",): ["All."], ("scenarios", 1): ["The second."], ("scenarios", 1, "name"): ["Its name."]}
    assert (
        format_scenarios(document, comments=comments)
        == """\
# All.
scenarios:
  - name: x
  # The second.
  - # Its name.
    name: |-
      text
      of lines
    given:
      seed: 1
"""
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES, st.text())
def test_every_value_is_the_same_when_it_is_read(value: Any, key: str):
    document: Any = {"scenarios": [{"name": "x", "given": {"mocks": {key: {"Return": value}}}}]}
    comments = {("scenarios", 0, "given", "mocks", key, "Return"): ["A comment."]}
    assert yaml.safe_load(format_scenarios(document)) == document
    assert yaml.safe_load(format_scenarios(document, comments=comments)) == document


@pytest.mark.parametrize(
    "text", ["2026-01-01T00:00:00Z", "2026-01-01", "no", "1e3", "0o7", "012", "1:20", "~", "=", ""]
)
def test_texts_that_look_like_other_values_stay_texts(text: str):
    document: Any = {"scenarios": [{"name": "x", "input": {"at": text, text: 1}}]}
    found = parse_scenario_file(format_scenarios(document), Path("x.sfntest.yaml"))
    assert found.scenarios[0].scenario.execution_input == {"at": text, text: 1}
