"""The JSON Schema of scenario files accepts what the reader accepts, and editors know every key."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from sfnorch.scenarios.schema import format_scenario_schema
from tests.docs.pages import DOCS, blocks

SCHEMA = json.loads(format_scenario_schema())


def list_faults(content):
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(content)]


def test_the_example_of_the_reference_is_valid():
    page = (DOCS / "reference" / "scenarios.md").read_text(encoding="utf-8")
    (text,) = (body for name, _, body in blocks(page) if name == "nightly.sfntest.yaml")
    assert list_faults(yaml.safe_load(text)) == []
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("scenario", "count"),
    [
        ({"name": "a", "given": {"failures": {"a": "always", "b": 2, "c": {"times": 1}}, "until": "1h"}}, 0),
        ({"name": "a", "examples": [{"n": 1}], "given": {"throttles": {"a": "<n>"}}}, 0),
        ({"name": "a", "expect": {"executions": {"x": "FAILED"}, "notifications": ["subject"]}}, 0),
        ({"name": "a", "expect": {"executions": {"x": {"state": "FAILED"}}}}, 1),
        ({"name": "a", "given": {"fails": {}}}, 1),
        ({}, 1),
    ],
)
def test_keys_and_types(scenario, count):
    assert len(list_faults({"scenarios": [scenario]})) == count


def test_every_key_has_a_description():
    for name, definition in SCHEMA["$defs"].items():
        made = next((each for each in definition.get("anyOf", []) if "properties" in each), definition)
        assert all("description" in field for field in made["properties"].values()), name
