"""What a plan's YAML is read as, and files that can't be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.errors import PlanError
from sfnorch.plan.read import KIND, parse_document, read_document


def test_scalars_are_what_both_yamls_read_or_text_as_typed():
    text = """\
numbers: [0, 7, -3, +4]
words: [true, False, TRUE, ~, null, '']
texts: [yes, on, n, 010, 0x1F, 1_000, 1.10, 1e3, 12:30, 2026-01-01, .inf, 'true', "7", 99999999999999999999]
block: |
  a
  b
"""
    assert parse_document(text, "p").data == {
        "numbers": [0, 7, -3, 4],
        "words": [True, False, True, None, None, ""],
        "texts": [
            *("yes", "on", "n", "010", "0x1F", "1_000", "1.10", "1e3", "12:30", "2026-01-01", ".inf", "true", "7"),
            "99999999999999999999",
        ],
        "block": "a\nb\n",
    }


def test_every_value_has_its_line():
    text = "a:\n  - b\n  - c: 1\n    d:\n      [x,\n       y]\n"
    assert {path: place.line for path, place in parse_document(text, "p").places.by_path.items()} == {
        (): 1,
        ("a",): 1,
        ("a", 0): 2,
        ("a", 1): 3,
        ("a", 1, "c"): 3,
        ("a", 1, "d"): 4,
        ("a", 1, "d", 0): 5,
        ("a", 1, "d", 1): 6,
    }


def test_two_documents_are_no_plan():
    with pytest.raises(PlanError) as error:
        parse_document("a: 1\n---\nb: 1\n", "plan.yaml")
    assert str(error.value) == "this is not YAML: but found another document (plan.yaml, line 2)"


def test_a_byte_order_mark_is_passed_over(tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_bytes(b"\xef\xbb\xbfpattern: dynamic\n")
    assert read_document(plan).data == {"pattern": "dynamic"}


def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_bytes(b"pattern: dynamic\nname: caf\xe9\n")
    with pytest.raises(PlanError) as error:
        read_document(plan)
    assert str(error.value) == f"byte 0xe9 is not UTF-8; save the plan as UTF-8 ({plan}, line 2)"


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda _: None, "The plan {} does not exist", "create one with sfnorch init"),
        (Path.mkdir, "{} is a directory; a plan must be a file", "name the file: {}/sfnorch.yaml"),
        (
            lambda path: path.write_text("#" * (KIND.max_bytes + 1)),
            "{} is larger than 2,000,000 bytes",
            "check the path: a plan with 4,000 jobs has a tenth of this size",
        ),
    ],
    ids=["missing", "directory", "large"],
)
def test_a_file_that_is_no_plan(tmp_path: Path, make, message: str, hint: str):
    plan = tmp_path / "plan.yaml"
    make(plan)
    with pytest.raises(SfnorchError) as error:
        read_document(plan)
    assert (error.value.message, error.value.hint) == (message.format(plan), hint.format(plan))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_plan_that_may_not_be_read(tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("pattern: dynamic\n")
    plan.chmod(0)
    with pytest.raises(SfnorchError) as error:
        read_document(plan)
    assert error.value.message == f"The plan {plan} cannot be read: Permission denied"
