"""Every fault of an event pattern, with its place."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.event_rules.validation import find_pattern_faults

OPERATORS = "prefix, suffix, wildcard, equals-ignore-case, anything-but, numeric, exists, cidr"
RANGE = "such as ['>', 0, '<=', 5]"
FAULTS: dict[str, tuple[Any, list[tuple[tuple[str | int, ...], str]]]] = {
    "nothing": ({}, [((), "an empty mapping is not allowed; add a field, or remove the key")]),
    "a text": ({"a": "x"}, [(("a",), 'expected a list of values or a mapping of fields; write ["x"]')]),
    "an empty list": ({"a": {"b": []}}, [(("a", "b"), "an empty list matches nothing; add a value")]),
    "an inner list": (
        {"a": [["x"]]},
        [(("a", 0), "a list in a list is not allowed; write its values in the outer list")],
    ),
    "two operators": (
        {"a": [{"prefix": "x", "suffix": "y"}]},
        [(("a", 0), "an operator has exactly one key; got prefix, suffix")],
    ),
    "no operator": ({"a": [{}]}, [(("a", 0), "an operator has exactly one key; got none")]),
    "an unknown operator": (
        {"a": [{"prefx": "x"}]},
        [(("a", 0, "prefx"), "unknown operator 'prefx'; did you mean prefix?")],
    ),
    "a foreign operator": (
        {"a": [{"regex": "x"}]},
        [(("a", 0, "regex"), f"unknown operator 'regex'; available: {OPERATORS}")],
    ),
    "a number as a prefix": ({"a": [{"prefix": 1}]}, [(("a", 0, "prefix"), "expected a string")]),
    "a prefix of another operator": ({"a": [{"prefix": {"suffix": "x"}}]}, [(("a", 0, "prefix"), "expected a string")]),
    "exists": ({"a": [{"exists": "true"}]}, [(("a", 0, "exists"), "expected true or false")]),
    "a comparison without a list": (
        {"a": [{"numeric": 1}]},
        [(("a", 0, "numeric"), f"expected a list of comparisons and numbers, {RANGE}")],
    ),
    "a comparison with a text": (
        {"a": [{"numeric": ["=", "1"]}]},
        [(("a", 0, "numeric"), f"expected a list of comparisons and numbers, {RANGE}")],
    ),
    "an unknown comparison": (
        {"a": [{"numeric": ["!=", 1]}]},
        [(("a", 0, "numeric"), "unknown comparison '!='; available: =, >, >=, <, <=")],
    ),
    "a range in the wrong order": (
        {"a": [{"numeric": ["<", 5, ">", 0]}]},
        [(("a", 0, "numeric"), f"a range has a lower limit and then an upper one, {RANGE}")],
    ),
    "an exclusion of mixed values": (
        {"a": [{"anything-but": ["x", 1]}]},
        [(("a", 0, "anything-but"), "expected a string or a number, or a list of only strings or only numbers")],
    ),
    "an exclusion of nothing": (
        {"a": [{"anything-but": []}]},
        [(("a", 0, "anything-but"), "an empty list excludes nothing; add a value")],
    ),
    "an exclusion of null": (
        {"a": [{"anything-but": None}]},
        [(("a", 0, "anything-but"), "expected a string or a number, or a list of only strings or only numbers")],
    ),
    "an exclusion by numbers": (
        {"a": [{"anything-but": {"numeric": [">", 1]}}]},
        [(("a", 0, "anything-but"), "expected one of prefix, suffix, wildcard, equals-ignore-case; got numeric")],
    ),
    "an exclusion of an empty prefix": (
        {"a": [{"anything-but": {"prefix": ""}}]},
        [(("a", 0, "anything-but"), "an empty prefix is not allowed here")],
    ),
    "an exclusion of a number as a suffix": (
        {"a": [{"anything-but": {"suffix": [1]}}]},
        [(("a", 0, "anything-but"), "expected a string or a list of strings for suffix")],
    ),
    "two asterisks": (
        {"a": [{"wildcard": "a**"}]},
        [(("a", 0, "wildcard"), "two asterisks in a row are not allowed; write one")],
    ),
    "a lone backslash": (
        {"a": [{"wildcard": r"a\b"}, {"anything-but": {"wildcard": "x\\"}}]},
        [
            (("a", 0, "wildcard"), r"a backslash escapes only * and \; write \\ for a backslash"),
            (("a", 1, "anything-but"), r"a backslash escapes only * and \; write \\ for a backslash"),
        ],
    ),
    "no block": (
        {"a": [{"cidr": "10.0.0.300/8"}, {"cidr": "10.0.0.1"}]},
        [
            (("a", 0, "cidr"), "'10.0.0.300/8' is not a block of IP addresses; write one such as 10.0.0.0/24"),
            (("a", 1, "cidr"), "'10.0.0.1' has no prefix length; write 10.0.0.1/32"),
        ],
    ),
    "one alternative": ({"$or": [{"a": [1]}]}, [(("$or",), "$or must be a list of at least two mappings")]),
    "alternatives": (
        {"$or": [{"a": "x"}, "b", {}, {"numeric": [1]}]},
        [
            (("$or", 0, "a"), 'expected a list of values or a mapping of fields; write ["x"]'),
            (("$or", 1), "expected a mapping of fields; $or has only mappings"),
            (("$or", 2), "an empty mapping is not allowed; add a field, or remove the key"),
            (("$or", 3, "numeric"), "'numeric' is an operator, not a field; write FIELD: [{numeric: …}]"),
        ],
    ),
    "a long pattern": (
        {"a": ["x" * 5_000]},
        [((), "the pattern has 5,010 characters, but EventBridge allows 4,096; use fewer values")],
    ),
}
VALID: dict[str, Any] = {
    "values": {"a": ["x", 1, 1.5, True, None, ""]},
    "operators": {
        "a": [{"prefix": ""}, {"suffix": {"equals-ignore-case": "x"}}, {"wildcard": r"a*\*\\*"}, {"exists": False}],
        "b": [{"numeric": [">=", 0, "<", 5]}, {"cidr": "2001:db8::/32"}, {"anything-but": {"wildcard": ["a*", "b*"]}}],
    },
    "alternatives in a field": {"a": {"$or": [{"b": [1]}, {"c": {"d": [2]}}]}},
}


@pytest.mark.parametrize(("pattern", "found"), FAULTS.values(), ids=FAULTS)
def test_the_faults_of_a_pattern(pattern: Any, found: list[tuple[tuple[str | int, ...], str]]):
    assert [tuple(fault) for fault in find_pattern_faults(pattern)] == found


@pytest.mark.parametrize("pattern", VALID.values(), ids=VALID)
def test_a_valid_pattern(pattern: Any):
    assert list(find_pattern_faults(pattern)) == []
