"""The text of templates: what stands how, and what both YAMLs read back from it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.yaml_text import COMPACT, READABLE, format_document, format_scalar
from tests.template_yaml import yaml_1_1, yaml_1_2

LONG = "Glue.ConcurrentRunsExceededException"


def test_a_whole_document():
    data = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"P": {"Type": "String", "Default": "", "Description": "x" * 120, "Number": 3, "Flag": True}},
        "Resources": {
            "A": {
                "Type": "T",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Name": {"Fn::Sub": "${AWS::StackName}-a"},
                "Expression": "{% (\n  $a := 1;\n\n  $a\n) %}",
                "One": "{% $x %}",
                "Errors": [LONG + str(n) for n in range(6)],
                "Empty": {"list": [], "mapping": {}},
                "Choice": {"Fn::If": ["C", {"Ref": "X"}, {"Ref": "AWS::NoValue"}]},
                "Statements": [
                    {"Sid": "a" * 100, "Action": ["b"], "Long": "c" * 100},
                    {"Fn::If": ["C", {"Sid": "d" * 100, "E": "e" * 100}, {"Ref": "AWS::NoValue"}]},
                    "{% a\n b %}",
                ],
            },
            "B": {"Type": "T"},
        },
    }
    assert format_document(
        data, {("Resources", "A"): "The first", ("Resources", "B"): "The second"}, head="Rendered."
    ) == (
        """\
# Rendered.

AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31

Parameters:
  P:
    Type: String
    Default: ''
    Description: """
        + "x" * 120
        + """
    Number: 3
    Flag: true

Resources:

  # The first
  A:
    Type: T
    Role: !GetAtt Role.Arn
    Name: !Sub '${AWS::StackName}-a'
    Expression: |-
      {% (
        $a := 1;

        $a
      ) %}
    One: '{% $x %}'
    Errors: [Glue.ConcurrentRunsExceededException0, Glue.ConcurrentRunsExceededException1, Glue.ConcurrentRunsExceededException2,
      Glue.ConcurrentRunsExceededException3, Glue.ConcurrentRunsExceededException4, Glue.ConcurrentRunsExceededException5]
    Empty: {list: [], mapping: {}}
    Choice: !If [C, !Ref X, !Ref AWS::NoValue]
    Statements:
    - Sid: """
        + "a" * 100
        + """
      Action: [b]
      Long: """
        + "c" * 100
        + """
    - !If
      - C
      - Sid: """
        + "d" * 100
        + """
        E: """
        + "e" * 100
        + """
      - !Ref AWS::NoValue
    - |-
      {% a
       b %}

  # The second
  B: {Type: T}
"""
    )


def test_the_compact_style_takes_one_column_a_level():
    data = {"R": {"A": {"B": {"C": "{% 1\n+ 2 %}", "D": "x"}}}}
    assert (
        format_document(data, {}, head="", style=COMPACT) == "R:\n A:\n  B:\n   C: |-\n    {% 1\n    + 2 %}\n   D: x\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("with blanks in it", "with blanks in it"),
        ("AWS::Region", "AWS::Region"),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*"),
        ("", "''"),
        ("yes", "'yes'"),
        ("No", "'No'"),
        ("null", "'null'"),
        ("~", "'~'"),
        ("1", "'1'"),
        ("1.5", "'1.5'"),
        ("12:30", "'12:30'"),
        ("2026-01-01", "'2026-01-01'"),
        ("0x1f", "'0x1f'"),
        ("=", "'='"),
        ("a: b", "'a: b'"),
        ("a:", "'a:'"),
        ("a #b", "'a #b'"),
        ("- a", "'- a'"),
        ("it's", "'it''s'"),
        ("*", "'*'"),
        ("é", "'é'"),
        (" a", "' a'"),
        ("a  b", "'a  b'"),
        ("a,b", "'a,b'"),
        ("a\nb", '"a\\nb"'),
        ("\na\nb", '"\\na\\nb"'),
        ("\x85", '"\\U00000085"'),
        ("\u2028", '"\\U00002028"'),
        ("a\\\x7f", '"a\\\\\\U0000007F"'),
        (True, "true"),
        (2.0, "2.0"),
        (7, "7"),
    ],
)
def test_a_scalar(value: Any, text: str):
    assert format_scalar(value) == text
    assert yaml_1_1(f"[{text}]") == yaml_1_2(f"[{text}]") == [value]


WORDS = ["y", "yes", "n", "no", "true", "false", "on", "off", "null"]
"""https://yaml.org/type/bool.html and https://yaml.org/type/null.html, of YAML 1.1"""


@pytest.mark.parametrize("word", [each for word in WORDS for each in (word, word.capitalize(), word.upper())])
def test_a_word_that_yaml_1_1_reads_as_another_type_is_quoted(word: str):
    assert format_document({"A": {word: word}}, {}, head="") == f"A:\n  '{word}': '{word}'\n"


TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["{% $a\n  & $b %}", "a\n b\n", "a\n\n", "\na", " a\nb", "a \nb", "x" * 150, "y", "!a", "&b"]
)
DATA = st.recursive(
    TEXT | st.integers() | st.booleans() | st.sampled_from([0.5, 2.0]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, min_size=2, max_size=5),
    max_leaves=25,
)


@settings(max_examples=28)
@given(st.dictionaries(TEXT, st.dictionaries(TEXT, DATA, min_size=1, max_size=4), min_size=1, max_size=3))
def test_both_yamls_read_back_what_was_written(data: dict[str, Any]):
    for style in (READABLE, COMPACT):
        text = format_document(data, {}, head="", style=style)
        assert yaml_1_1(text) == data
        assert yaml_1_2(text) == data


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("a\nb", ["A: |-", "  a", "  b"]),
        ("a\n\n  b", ["A: |-", "  a", "", "    b"]),
        ("\na", ['A: "\\na"']),
        (" a\nb", ['A: " a\\nb"']),
        ("a\n", ['A: "a\\n"']),
        ("a \nb", ['A: "a \\nb"']),
        ("a\n\tb\x7f", ['A: "a\\n\\tb\\U0000007F"']),
    ],
)
def test_a_text_of_several_lines_is_a_block_where_a_block_keeps_all_of_it(value: str, lines: list[str]):
    text = format_document({"S": {"A": value}}, {}, head="")
    assert text.splitlines() == ["S:", *(f"  {line}" if line else "" for line in lines)]
    assert yaml_1_1(text) == yaml_1_2(text) == {"S": {"A": value}}
