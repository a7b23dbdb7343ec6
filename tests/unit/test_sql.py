"""The parameters of a SQL statement: found where Redshift takes them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.sql import find_sql_parameters

STATEMENTS = {
    "none": ("select 1", {}),
    "one": ("select :x", {"x": 1}),
    "several, by their first line": ("insert into t\nvalues (:a, :b,\n:a, :c)", {"a": 2, "b": 2, "c": 3}),
    "digits": ("select :1, :2a", {"1": 1, "2a": 1}),
    "a cast": ("select a::int, :x::date, ::y", {"x": 1}),
    "a cast of a parameter's neighbour": ("select :::x", {"x": 1}),
    "within a string": ("select ':a', :b", {"b": 1}),
    "a string with doubled quotes": ("select 'it''s :a', :b", {"b": 1}),
    "a string with escaped quotes": (r"select 'it\'s :a', :b, '\\', :c", {"b": 1, "c": 1}),
    "a string that does not end": ("select :a, ':b", {"a": 1}),
    "a string that ends in a backslash": ("select :a, ':b\\", {"a": 1}),
    "a quoted identifier": ('select ":a", "x"":b" from t where c = :c', {"c": 1}),
    "a comment to the end of the line": ("select 1 -- :a\n, :b", {"b": 2}),
    "a comment": ("select /* :a\n:b */ :c", {"c": 2}),
    "comments within comments": ("/* a /* :b */ :c */ :d", {"d": 1}),
    "a comment that does not end": ("select :a /* :b /* */ :c", {"a": 1}),
    "comment marks within a string": ("select '--', :a, '/*', :b", {"a": 1, "b": 1}),
    "a dollar quote": ("select $$ ':a' $$, :b", {"b": 1}),
    "a dollar quote with a tag": ("select $t$ $$ :a $t $u$ $t$, :b", {"b": 1}),
    "a dollar quote that does not end": ("select :a, $$ :b", {"a": 1}),
    "dollars within a word": ("select a$b$ , :c, d$b$", {"c": 1}),
    "a positional placeholder": ("select $1, :a, $2", {"a": 1}),
    "an assignment in a procedure": ("call p(a := 1, b := :b)", {"b": 1}),
    "a colon alone": ("select : x, a[1:2], :", {"2": 1}),
    "time within a string": ("select timestamp '2026-01-01 10:30:00', :at", {"at": 1}),
}


@pytest.mark.parametrize(("statement", "found"), STATEMENTS.values(), ids=STATEMENTS)
def test_parameters_and_their_lines(statement: str, found: dict[str, int]):
    assert find_sql_parameters(statement) == found


NAMES = st.from_regex(r"[0-9A-Za-z_]{1,8}", fullmatch=True)
TEXTS = st.text(st.sampled_from("ab1:x'\"$-/*\\ \n"), max_size=12)


def a_string(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def a_quoted_identifier(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def a_comment_line(text: str) -> str:
    return "--" + text.replace("\n", " ") + "\n"


def a_comment(text: str) -> str:
    return "/*" + text.replace("*", "x").replace("/", "x") + "*/"


def a_dollar_quote(text: str) -> str:
    return "$q$" + text.replace("$", "x") + "$q$"


OPAQUE = st.builds(
    lambda kind, text: kind(text),
    st.sampled_from([a_string, a_quoted_identifier, a_comment_line, a_comment, a_dollar_quote]),
    TEXTS,
)
PLAIN = st.sampled_from(["select", "a.b", "c::int", "+", "(", "1.5", "d$e"])
PARTS = st.lists(st.tuples(st.sampled_from(["name", "other"]), NAMES, OPAQUE | PLAIN), max_size=8)


@given(PARTS)
def test_whatever_is_quoted_hides_what_is_in_it_and_nothing_else(parts: list[tuple[str, str, str]]):
    statement = " ".join(f":{name}" if kind == "name" else text for kind, name, text in parts)
    assert set(find_sql_parameters(statement)) == {name for kind, name, _ in parts if kind == "name"}


@given(st.text())
def test_every_text_is_read_to_its_end(statement: str):
    for name, line in find_sql_parameters(statement).items():
        assert f":{name}" in statement.split("\n")[line - 1]
