"""Matchers: what each accepts, and the differences that they report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from sfnorch.scenarios.matchers import Mismatch, check_expected, describe, is_match, list_mismatches

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_a_value_is_equal_to_itself_and_to_no_other(value):
    assert is_match({"equals": value}, value)
    assert is_match(value, value)
    assert not is_match({"not": value}, value)
    assert is_match({"any": True}, value)


@given(JSON, JSON)
def test_a_match_is_a_match_without_differences(expected, found):
    assert is_match(expected, found) == (list(list_mismatches(expected, found, "")) == [])


@given(st.dictionaries(st.text("abc", min_size=1), st.integers()), st.dictionaries(st.text("xyz", min_size=1), JSON))
def test_a_mapping_contains_its_parts(part, more):
    assert is_match({"contains": part}, {**part, **more})
    assert is_match(part, {**part, **more}) == (not more)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"contains": "b"}, "abc"),
        ({"contains": [2, {"any": True}]}, [1, 2, 3]),
        ({"contains": {"a": {"b": 1}}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ({"contains": 2}, [1, 2]),
        ({"matches": "^a.c$"}, "abc"),
        ({"at_least": 1, "at_most": 3}, 3),
        ({"not": {"contains": "x"}}, "abc"),
        ({"equals": {"not": 1}}, {"not": 1}),
        ([{"any": True}, {"at_least": 2}], ["x", 2]),
        ({"child": {"matches": "orders|prices"}}, {"child": "orders"}),
    ],
)
def test_accepted(expected, found):
    assert list(list_mismatches(expected, found, "here")) == []


@pytest.mark.parametrize(
    ("expected", "found", "differences"),
    [
        (1, True, [("here", "1", True)]),
        ("1", 1, [("here", '"1"', 1)]),
        ({"contains": "x"}, "abc", [("here", 'contains "x"', "abc")]),
        ({"contains": [9]}, [1], [("here", "an item 9", [1])]),
        ({"contains": {"a": 1}}, {"b": 1}, [("here.a", "1", "nothing")]),
        ({"contains": "x"}, None, [("here", 'contains "x"', None)]),
        ({"matches": "^b"}, "abc", [("here", "matches ^b", "abc")]),
        ({"matches": "1"}, 1, [("here", "matches 1", 1)]),
        ({"at_most": 2}, 3, [("here", "at most 2", 3)]),
        ({"at_least": 2}, "3", [("here", "at least 2", "3")]),
        ({"not": {"at_most": 2}}, 1, [("here", "not at most 2", 1)]),
        ([1, 2], [1], [("here[1]", "2", "nothing")]),
        ([1], [1, 2], [("here[1]", "nothing", 2)]),
        ({"a": [1]}, {"a": [2], "b": 3}, [("here.a[0]", "1", 2), ("here.b", "nothing", 3)]),
        ({"a": 1}, [1], [("here", '{"a":1}', [1])]),
    ],
)
def test_refused(expected, found, differences):
    assert list(list_mismatches(expected, found, "here")) == [Mismatch(*each) for each in differences]


@pytest.mark.parametrize(
    ("matcher", "message"),
    [
        (
            {"matches": "("},
            "matches: '(' is not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        ({"matches": 1}, "matches: expected a regular expression"),
        ({"any": "text"}, "any: expected true"),
        ([{"at_most": "2"}], "at_most: expected a number"),
        ({"output": {"children": [{"at_least": True}]}}, "at_least: expected a number"),
    ],
)
def test_an_invalid_matcher_is_refused(matcher, message):
    with pytest.raises(PydanticCustomError) as refused:
        check_expected(matcher)
    assert refused.value.message() == message


def test_a_matcher_in_words():
    assert describe({"at_least": 1, "at_most": 3}) == "at least 1 and at most 3"
    assert describe({"not": {"any": True}}) == "not any"
    assert describe({"a": {"any": True}}) == '{"a":{"any":true}}'
