"""The JSON Schema against the plans that load and those that don't."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from sfnorch.plan.composition_schema import INCLUDED_FILE
from sfnorch.plan.schema import build_plan_schema
from sfnorch.plan.starters import STARTERS, starter_text
from tests.golden.artifacts import ROOT

SCHEMA = build_plan_schema()


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("pattern", STARTERS)
def test_a_starter_fits_the_schema(pattern: str):
    jsonschema.validate(yaml.safe_load(starter_text(pattern)), SCHEMA)


@pytest.mark.parametrize(
    "plan",
    [
        {
            "pattern": "master-child",
            "children": [{"jobs": ["a", {"name": "b", "timeout_minutes": 5}]}],
            "schedule": "rate(1 day)",
        },
        {"pattern": "dynamic", "jobs": [{"name": "b", "arguments": {"--a": "b", "--n": 4, "--t": True}}]},
    ],
)
def test_what_loads_fits(plan: dict[str, Any]):
    jsonschema.validate(plan, SCHEMA)


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"pattern": "other"},
        {"pattern": "dynamic", "children": []},
        {"pattern": "master-child", "children": []},
        {"pattern": "master-child", "children": [{"jobs": [{"nme": "a"}]}]},
        {"pattern": "master-child", "schedule": "daily"},
    ],
)
def test_what_does_not_load_does_not_fit(plan: dict[str, Any]):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plan, SCHEMA)


def test_every_key_says_what_it_means_and_gives_an_example():
    keys = {
        (model, key): definition
        for model, schema in SCHEMA["$defs"].items()
        for part in [schema, *schema.get("anyOf", [])]
        for key, definition in part.get("properties", {}).items()
        if model != INCLUDED_FILE  # refers to the keys of plans
    }
    assert {name for name, definition in keys.items() if not definition.get("description")} == set()
    assert {name for name, definition in keys.items() if not definition.get("examples")} == set()
    required = {
        ("AthenaSql", "sql"),
        ("Child", "jobs"),
        ("Job", "name"),
        ("DagTask", "name"),
        ("DagPlan", "tasks"),
        ("Schedule", "expression"),
        ("FlowPlan", "steps"),
        ("FlowStep", "name"),
        ("ForEach", "items"),
        ("ForEach", "steps"),
        ("Function", "code"),
        ("Function", "name"),
        ("FunctionPermission", "actions"),
        ("FunctionPermission", "resources"),
        ("Notify", "message"),
        ("MuteWindow", "duration"),
        ("MuteWindow", "start"),
        ("Overlap", "mode"),
        ("S3Start", "bucket"),
        ("Start", "name"),
        ("Notify", "subject"),
        ("RedshiftSql", "database"),
        ("RedshiftSql", "sql"),
        ("FanOutChild", "items"),
        ("FanOutChild", "jobs"),
        ("FanOutPlan", "items"),
        ("FanOutPlan", "jobs"),
        ("ItemsListing", "bucket"),
        ("ItemsObject", "bucket"),
        ("ItemsObject", "key"),
    }
    models = ("MasterChildPlan", "DynamicPlan", "DagPlan", "ContinuousPlan", "FlowPlan", "FanOutPlan")
    required |= {(model, "pattern") for model in models}
    without = {name for name, definition in keys.items() if "default" not in definition}
    assert {(model, key) for model, key in without if not model.endswith(("Change", "Environment"))} == required


def test_the_repository_has_one_schema_and_its_plans_point_to_it():
    assert [path.name for path in (ROOT / "templates").rglob("*.schema.json")] == ["sfnorch.schema.json"]
    plans = sorted((ROOT / "templates").rglob("sfnorch.yaml"))
    assert [plan.parent.name for plan in plans] == sorted(STARTERS)
    for plan in plans:
        head, _, place = plan.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")
        assert head == "# yaml-language-server: "
        assert json.loads((plan.parent / place).read_text(encoding="utf-8")) == SCHEMA
