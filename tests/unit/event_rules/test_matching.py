"""Which events match a pattern, and what is said of the fields that do not."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.event_rules.matching import find_mismatches

MATCHES: dict[str, tuple[Any, Any]] = {
    "a value": ({"a": ["x"]}, {"a": "x"}),
    "one of several values": ({"a": ["x", "y"]}, {"a": "y"}),
    "one element of an array": ({"a": ["x"]}, {"a": ["w", "x"]}),
    "an element of an inner array": ({"a": ["x"]}, {"a": [["w"], ["x"]]}),
    "null": ({"a": [None]}, {"a": None}),
    "a boolean": ({"a": [True]}, {"a": True}),
    "the same number": ({"a": [300]}, {"a": 300.0}),
    "an empty text": ({"a": [""]}, {"a": ""}),
    "a prefix": ({"a": [{"prefix": "in/"}]}, {"a": "in/x"}),
    "an empty prefix": ({"a": [{"prefix": ""}]}, {"a": "x"}),
    "a prefix in another case": ({"a": [{"prefix": {"equals-ignore-case": "IN"}}]}, {"a": "in/x"}),
    "a suffix": ({"a": [{"suffix": ".csv"}]}, {"a": "x.csv"}),
    "a suffix in another case": ({"a": [{"suffix": {"equals-ignore-case": ".CSV"}}]}, {"a": "x.csv"}),
    "another case": ({"a": [{"equals-ignore-case": "RUNNING"}]}, {"a": "Running"}),
    "a wildcard": ({"a": [{"wildcard": "in/*.csv"}]}, {"a": "in/2026/x.csv"}),
    "several asterisks": ({"a": [{"wildcard": "*a*b*"}]}, {"a": "xaxbx"}),
    "an asterisk itself": ({"a": [{"wildcard": r"a\*b\\*"}]}, {"a": "a*b\\c"}),
    "anything but a value": ({"a": [{"anything-but": "x"}]}, {"a": "y"}),
    "anything but a list": ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "z"}),
    "anything but numbers": ({"a": [{"anything-but": [1, 2]}]}, {"a": 3}),
    "null is anything but a value": ({"a": [{"anything-but": "x"}]}, {"a": None}),
    "a number is anything but a prefix": ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": 12}),
    "anything but suffixes": ({"a": [{"anything-but": {"suffix": [".tmp", ".bak"]}}]}, {"a": "x.csv"}),
    "anything but a wildcard": ({"a": [{"anything-but": {"wildcard": "*/tmp/*"}}]}, {"a": "in/x"}),
    "a range": ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}),
    "a number": ({"a": [{"numeric": ["=", 3.018e2]}]}, {"a": 301.8}),
    "a block of addresses": ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.255"}),
    "a block of new addresses": ({"a": [{"cidr": "2001:db8::/32"}]}, {"a": "2001:db8::1"}),
    "a field that exists": ({"a": {"b": [{"exists": True}]}}, {"a": {"b": None}}),
    "a field that does not exist": ({"a": {"b": [{"exists": False}]}}, {"a": {}}),
    "a field that does not exist, or a value": ({"a": [{"exists": False}, "x"]}, {"a": "x"}),
    "an object is no value": ({"a": [{"exists": False}]}, {"a": {"b": 1}}),
    "fields in one element": ({"a": {"b": [1], "c": [2]}}, {"a": [{"b": 1, "c": 1}, {"b": 1, "c": 2}]}),
    "an alternative": ({"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]}, {"s": "x", "b": 2}),
    "further fields": ({"a": ["x"]}, {"a": "x", "b": {"c": 1}}),
}

MISMATCHES: dict[str, tuple[Any, Any, list[str]]] = {
    "another value": ({"a": ["x"]}, {"a": "y"}, ['a: expected ["x"], got "y"']),
    "no field": ({"a": {"b": ["x"]}}, {}, ['a.b: expected ["x"], got nothing']),
    "several fields": (
        {"a": ["x"], "b": ["y"]},
        {"a": 1, "b": "z"},
        ['a: expected ["x"], got 1', 'b: expected ["y"], got "z"'],
    ),
    "a number is no text": ({"a": ["1"]}, {"a": 1}, ['a: expected ["1"], got 1']),
    "true is not 1": ({"a": [1]}, {"a": True}, ["a: expected [1], got true"]),
    "null is no missing field": (
        {"a": [{"exists": False}]},
        {"a": None},
        ['a: expected [{"exists": false}], got null'],
    ),
    "an empty array has no value": (
        {"a": [{"exists": True}]},
        {"a": []},
        ['a: expected [{"exists": true}], got nothing'],
    ),
    "a missing field is not anything": (
        {"a": [{"anything-but": "x"}]},
        {},
        ['a: expected [{"anything-but": "x"}], got nothing'],
    ),
    "a text is no number": (
        {"a": [{"numeric": ["=", 1]}]},
        {"a": "1"},
        ['a: expected [{"numeric": ["=", 1]}], got "1"'],
    ),
    "no address": ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": 10}, ['a: expected [{"cidr": "10.0.0.0/8"}], got 10']),
    "a wildcard does not overlap": (
        {"a": [{"wildcard": "ab*ba"}]},
        {"a": "aba"},
        ['a: expected [{"wildcard": "ab*ba"}], got "aba"'],
    ),
    "an empty wildcard": ({"a": [{"wildcard": ""}]}, {"a": "x"}, ['a: expected [{"wildcard": ""}], got "x"']),
    "fields in two elements": (
        {"a": {"b": ["Anna"], "c": ["Jones"]}},
        {"a": [{"b": "Anna", "c": "Smith"}, {"b": "Peter", "c": "Jones"}]},
        ['a.c: expected ["Jones"], got "Smith"'],
    ),
    "no alternative": (
        {"$or": [{"a": [1], "b": [1]}, {"c": [2]}]},
        {"a": 2, "b": 2, "c": 3},
        ["c: expected [2], got 3"],
    ),
    "a long value": ({"a": ["x"]}, {"a": "y" * 200}, [f'a: expected ["x"], got "{"y" * 78}…']),
}


@pytest.mark.parametrize(("pattern", "event"), MATCHES.values(), ids=MATCHES)
def test_an_event_that_matches(pattern: Any, event: Any):
    assert find_mismatches(pattern, event) == []


@pytest.mark.parametrize(("pattern", "event", "said"), MISMATCHES.values(), ids=MISMATCHES)
def test_an_event_that_does_not_match(pattern: Any, event: Any, said: list[str]):
    assert [str(each) for each in find_mismatches(pattern, event)] == said
