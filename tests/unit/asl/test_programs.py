"""Programs: a value in a hole never becomes code, and no hole stays empty or takes what is not meant for it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonata import Jsonata
from jsonata.jexception import JException

from sfnorch.asl import Expression, Program, ProgramError, Substitution, jsonata, read_program
from sfnorch.asl.jsonata import CODE
from sfnorch.errors import SfnorchError
from tests.jsonata_engine import evaluate

TEXTS = st.text(max_size=30) | st.lists(
    st.sampled_from(['"', "'", "\\", "<<b>>", "<{b}>", "/*", "*/", "`", "$b", ")", "%}", "${", "{%", "\n", " "])
).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def has_code(value: Any) -> bool:
    """Whether a string in the value has what Step Functions or CloudFormation evaluates."""
    if isinstance(value, dict):
        return any(map(has_code, value)) or any(map(has_code, value.values()))
    if isinstance(value, list):
        return any(map(has_code, value))
    return isinstance(value, str) and any(mark in value for mark in CODE)


@given(VALUES, VALUES)
@example("<<b>>", 1)
@example("<{b}>", 1)
@example('"] & $b & ["', 1)
@example('*/ "', "/*")
def test_a_value_is_never_code(first: Any, second: Any):
    program = Program('{"a": [<<a>>], "b": [<<b>>], "again": [<<a>>]}')
    try:
        code = program.fill(a=first, b=second)
    except SfnorchError:
        assert has_code([first, second])
        return
    assert not has_code([first, second])
    assert evaluate(str(code)) == {"a": [first], "b": [second], "again": [first]}


@given(st.sampled_from(CODE), TEXTS, TEXTS)
def test_a_value_with_code_is_rejected(mark: str, before: str, after: str):
    with pytest.raises(SfnorchError):
        jsonata("[<<a>>]", a=f"{before}{mark}{after}")


@given(TEXTS)
def test_inserted_code_stays_as_it_is(code: str):
    assert jsonata("[<{a}>, <<b>>]", a=Expression(code), b=1).code == f"[{code}, 1]"


@pytest.mark.parametrize(
    ("code", "inserted", "message"),
    [
        ("<<a>>", {}, "a is missing; its holes are: a"),
        ("<<a>>", {"a": 1, "b": 2}, "b is unknown; its holes are: a"),
        ("$a", {"a": 1}, "a is unknown; its holes are: none"),
        ("<<a>> & <{b}>", {"c": 1}, "a is missing; b is missing; c is unknown; its holes are: a, b"),
        ("<<a>>", {"a": Expression("$b")}, "the hole a takes a JSON value; got Expression(code='$b')"),
        ("<<a>>", {"a": Substitution("Name")}, "the hole a takes a JSON value; got Substitution(name='Name')"),
        ("<{a}>", {"a": "$b"}, "the hole a takes an Expression; got '$b'"),
        ("<{a}>", {"a": Substitution("Name")}, "the hole a takes an Expression; got Substitution(name='Name')"),
        ("<<a>> & <{a}>", {"a": 1}, "a is a hole for a value and for a program; rename one"),
        ('"x <<a>>"', {"a": 1}, "the hole <<a>> is in a string or a regular expression"),
        ("'x <{a}>'", {"a": 1}, "the hole <{a}> is in a string or a regular expression"),
        ("$.`<<a>>`", {"a": 1}, "the hole <<a>> is in a string or a regular expression"),
        ("$match(b, /<<a>>/)", {"a": 1}, "the hole <<a>> is in a string or a regular expression"),
        ("<<a-b>>", {}, "'<<a-b>>' is neither a hole nor a whole string"),
        ("$a <{ b }> $c", {}, "'<{ b }> $c' is neither a hole nor a whole string"),
        ('$a & "b', {}, "'\"b' is neither a hole nor a whole string"),
        ("$match(a, /b)", {}, "a regular expression does not end"),
        ("$a /* b */ & $c", {}, "a comment can only be at the beginning"),
    ],
)
def test_a_mistake_in_a_program(code: str, inserted: dict[str, Any], message: str):
    with pytest.raises(ProgramError, match=rf"^{re.escape(repr(code))}: {re.escape(message)}$"):
        jsonata(code, **inserted)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("$a/<<n>>/2", "$a/1/2"),
        ("($a)/<<n>>", "($a)/1"),
        ("<<n>>/<<n>>", "1/1"),
        ("'a'/<<n>>/2", "'a'/1/2"),
        ('$match(a, /"/) & <<n>>', '$match(a, /"/) & 1'),
        ("$match(a, /[/'](b|/)/i) & <<n>>", "$match(a, /[/'](b|/)/i) & 1"),
        (r'"a\"b" & <<n>>', r'"a\"b" & 1'),
        ("$replace(a, /\\//, '<<') & <<n>>", "$replace(a, /\\//, '<<') & 1"),
        ("'/* a */' & <<n>>", "'/* a */' & 1"),
        ("$a < $b and $a < {} and <<n>>", "$a < $b and $a < {} and 1"),
        ("/* a */ /* b\n */\n  <<n>> \n", "1"),
    ],
)
def test_strings_and_regular_expressions_are_not_searched_for_holes(code: str, expected: str):
    assert jsonata(code, n=1).code == expected


@pytest.mark.parametrize("hole", ["<<a>>", "<{a}>"])
@pytest.mark.parametrize("code", ["{}", "$b {} $c", "$b{}", "{}$c", "[{}]", "$b.{}", "({})"])
def test_no_hole_is_valid_jsonata(hole: str, code: str):
    with pytest.raises(JException):
        Jsonata(code.replace("{}", hole))


def test_a_program_names_its_holes():
    program = Program("<<a>> & <{b}> & <<a>> & <<c>>")
    assert (program.values, program.programs) == ({"a", "c"}, {"b"})


def test_a_file_is_read_once_and_an_unknown_one_is_an_error():
    package = "sfnorch.patterns.flow"
    assert read_program(package, "own_input") is read_program(package, "own_input")
    with pytest.raises(ProgramError, match=r"^the package sfnorch\.patterns\.flow has no file nothing\.jsonata$"):
        read_program(package, "nothing")


def test_an_error_names_the_file():
    with pytest.raises(ProgramError, match=r"^sfnorch\.patterns\.flow/no_outcome\.jsonata: step is missing; "):
        read_program("sfnorch.patterns.flow", "no_outcome").fill()
