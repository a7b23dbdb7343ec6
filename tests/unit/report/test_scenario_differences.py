"""Differences between what is expected and what was found, as lines."""

from __future__ import annotations

import pytest

from sfnorch.report.scenarios.differences import list_difference_lines
from sfnorch.scenarios.matchers import Mismatch, Words, list_mismatches

LONG = "s3://bucket/" + "x" * 200


@pytest.mark.parametrize(
    ("expected", "found", "lines"),
    [
        ("FAILED", "SUCCEEDED", ['expected  "FAILED"', 'found     "SUCCEEDED"']),
        (1, "1", ["expected  1", 'found     "1"']),
        ({"contains": "b"}, None, ['expected  contains "b"', "found     null"]),
        (
            f"{LONG}a{LONG}",
            f"{LONG}b{LONG}",
            [
                f"expected  …{'x' * 20}as3://bucket/{'x' * 65}…",
                f"found     …{'x' * 20}bs3://bucket/{'x' * 65}…",
            ],
        ),
        ({"any": True, "at_most": 3}, LONG, ["expected  at most 3", f'found     "{LONG[:98]}…']),
        (
            "one\ntwo\nthree\nfour\nfive\nsix",
            "one\ntwo\nthree\nfour\nFIVE\nsix\n",
            [
                "- expected",
                "+ found",
                "  @@ -3,4 +3,5 @@",
                "   three",
                "   four",
                "  -five",
                "  +FIVE",
                "   six",
                "  +",
            ],
        ),
        (
            {"contains": "x\ny"},
            "a\n\nb" + "\nc" * 50,
            ['expected  contains "x\\ny"', "found     a", "", "          b", *["          c"] * 9, "          …"],
        ),
    ],
)
def test_lines(expected, found, lines):
    (mismatch,) = list_mismatches(expected, found, "expect")
    assert list_difference_lines(mismatch) == lines


def test_words_are_no_value():
    assert list_difference_lines(Mismatch("expect", "a run of a", Words("nothing; there are: b"))) == [
        "expected  a run of a",
        "found     nothing; there are: b",
    ]


def test_values_in_values_have_a_path():
    found = list_mismatches({"a": [{"b": 1}, 2], "c": 1}, {"a": [{"b": 2}], "d": None}, "output")
    assert [(each.path, *list_difference_lines(each)) for each in found] == [
        ("output.a[0].b", "expected  1", "found     2"),
        ("output.a[1]", "expected  2", "found     nothing"),
        ("output.c", "expected  1", "found     nothing"),
        ("output.d", "expected  nothing", "found     null"),
    ]
