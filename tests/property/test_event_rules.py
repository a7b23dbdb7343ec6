"""What must hold of every event: compared with slow oracles, and values of events stay data whatever they are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfnorch.event_rules.matching import find_mismatches
from sfnorch.event_rules.operators import escape_wildcard
from sfnorch.event_rules.transformers import InputTransformer, transform_event
from sfnorch.event_rules.validation import find_pattern_faults
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.workflow import EventStart

pytestmark = pytest.mark.slow

texts = st.text("ab*\\<>\"'{}%$é\n", max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
events = st.dictionaries(st.sampled_from("abc"), values, max_size=3)
leaves = st.lists(st.none() | st.booleans() | st.integers(-3, 3) | texts, min_size=1, max_size=3)
patterns = st.recursive(
    st.dictionaries(st.sampled_from("abc"), leaves, min_size=1, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | leaves, min_size=1, max_size=3),
    max_leaves=6,
)


def flat(value: Any) -> list[Any]:
    """The values of a field, without objects."""
    if isinstance(value, list):
        return [inner for item in value for inner in flat(item)]
    return [] if isinstance(value, dict) else [value]


def matches(pattern: dict[str, Any], value: Any) -> bool:
    """The oracle: all fields of one object match, in any element of an array."""
    if isinstance(value, list):
        return any(matches(pattern, item) for item in value)
    if not isinstance(value, dict):
        return False
    return all(
        matches(wanted, value.get(name))
        if isinstance(wanted, dict)
        else any(json.dumps(found) == json.dumps(item) for found in flat(value.get(name, [])) for item in wanted)
        for name, wanted in pattern.items()
    )


@given(patterns, events)
def test_a_pattern_of_values_matches_as_the_oracle(pattern: dict[str, Any], event: dict[str, Any]):
    assert (find_mismatches(pattern, event) == []) is matches(pattern, event)


@given(st.lists(texts, min_size=1, max_size=4), texts)
@example(["ab", "ba"], "aba")
def test_a_wildcard_matches_as_a_regular_expression(parts: list[str], value: str):
    kept = [part for index, part in enumerate(parts) if part or index in (0, len(parts) - 1)]
    pattern = {"a": [{"wildcard": "*".join(map(escape_wildcard, kept))}]}
    faults = [fault.message for fault in find_pattern_faults(pattern)]
    assert faults in ([], ["two asterisks in a row are not allowed; write one"])
    expected = re.fullmatch(".*".join(map(re.escape, kept)), value, re.DOTALL) is not None
    assert (find_mismatches(pattern, {"a": value}) == []) is expected


@given(events)
def test_a_value_outside_of_a_string_is_not_changed(event: dict[str, Any]):
    transformer = InputTransformer({"a": "$.a", "b": "$.b"}, '{"x": <a>, "y": [<b>, "<", <a>]}')
    a, b = event.get("a", ""), event.get("b", "")
    assert transform_event(transformer, event, "rule", "arn") == {"x": a, "y": [b, "<", a]}


@given(st.text("ab\"\\'>é\n{}[]:,/ ", max_size=12), st.text(max_size=12))
def test_the_constants_and_the_key_of_a_start_are_data(constant: str, key: str):
    plan = {
        "pattern": "dag",
        "tasks": [{"name": "t", "glue_job": "j"}],
        "parameters": {"constant": {"default": ""}, "key": {"default": ""}},
        "starts": [
            {
                "name": "objects",
                "s3": {"bucket": "our-bucket"},
                "params": {"constant": constant},
                "params_from": {"key": "key"},
            }
        ],
    }
    if "{{" in constant or "}}" in constant:
        return
    (start,) = build_workflow(parse_plan(json.dumps(plan))).starts
    assert isinstance(start, EventStart)
    event: dict[str, Any] = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "time": "2026-11-27T03:00:00Z",
        "detail": {"bucket": {"name": "our-bucket"}, "object": {"key": key}},
    }
    assert find_mismatches(start.pattern, event) == []
    assert transform_event(InputTransformer(start.paths, start.template), event, "rule", "arn") == {
        "params": {"constant": constant, "key": key},
        "run": {"scheduledAt": "2026-11-27T03:00:00Z"},
    }
