"""The valid part of an invalid plan: what is left out, and where the rest is in the file."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.plan.kinds import load_plan_model
from sfnorch.plan.models.dag import DagPlan
from sfnorch.plan.models.flow import FlowPlan
from sfnorch.plan.sound_part import ValidPart, validate_parts


def test_a_valid_plan_is_the_whole_part():
    data = {"pattern": "dag", "tasks": [{"name": "a", "glue_job": "a"}]}
    plan, part, errors = validate_parts(DagPlan, data)
    assert plan == DagPlan.model_validate(data)
    assert (part, errors) == (ValidPart(), [])


def test_an_invalid_item_is_left_out_and_the_others_keep_their_places():
    data = {
        "pattern": "dag",
        "tasks": [7, {"name": "b", "glue_job": "b", "needs": ["no name", "c"]}, {"name": "c", "glue_job": "c"}],
    }
    plan, part, _ = validate_parts(DagPlan, data)
    assert plan is not None
    assert [(task.name, task.needs) for task in plan.tasks] == [("b", ["c"]), ("c", [])]
    assert part.restore(("tasks", 0, "needs", 0)) == ("tasks", 1, "needs", 1)
    assert part.restore(("tasks", 1)) == ("tasks", 2)
    assert part.left_out == {("tasks", 0), ("tasks", 1, "needs", 0)}
    assert part.is_incomplete(("tasks", 0))
    assert not part.is_incomplete(("tasks", 1))
    assert part.is_replaced(("tasks", 1, "needs", 0))
    assert not part.is_replaced(("tasks", 1, "needs", 1))


def test_a_missing_value_is_replaced_by_an_example_that_no_other_part_has():
    data = {
        "pattern": "flow",
        "steps": [{"wait": 1}, {"glue_job": "a"}, {"name": "c", "for_each": {"items": [1]}}],
    }
    plan, part, errors = validate_parts(FlowPlan, data)
    assert plan is not None
    names = [step.name for step in plan.steps]
    assert len(set(names)) == 3
    assert plan.steps[2].for_each
    assert plan.steps[2].for_each.steps[0].name not in names
    assert {error["type"] for error in errors} == {"missing"}
    assert part.left_out == {("steps", 0, "name"), ("steps", 1, "name"), ("steps", 2, "for_each", "steps")}


def test_names_that_invalid_values_define_are_known():
    data = {"pattern": "flow", "steps": ["a", [{"name": "b", "save_as": "x"}], {"name": "c", "wait": 1}]}
    plan, part, _ = validate_parts(FlowPlan, data)
    assert plan is not None
    assert [step.name for step in plan.steps] == ["c"]
    assert part.defined == {"b", "x"}


@pytest.mark.parametrize("data", [{"pattern": "dag", "tasks": 7}, {"pattern": "dag", "tasks": [7]}, {"pattern": "dag"}])
def test_a_plan_with_nothing_valid_has_errors_alone(data):
    plan, _, errors = validate_parts(DagPlan, data)
    if plan is not None:  # an example in place of what is missing
        assert "unnamed" in plan.tasks[0].name
    assert errors


VALUES = st.sampled_from([None, 7, "", "a b", True, [], {}, [7], {"x": 1}, "{% $x %}", ["a"]])
FLOW = {
    "pattern": "flow",
    "alerts": {"emails": ["a@b.c"]},
    "functions": [{"name": "f", "code": "f.py"}],
    "steps": [
        {"name": "a", "lambda": "f", "save_as": "x", "retry": {"attempts": 2}, "timeout": "1m"},
        {"name": "b", "parallel": [[{"name": "c", "glue_job": "c"}], [{"name": "d", "wait": "1s"}]]},
        {
            "name": "e",
            "for_each": {"items": "{% $x %}", "steps": [{"name": "g", "notify": {"subject": "s", "message": "m"}}]},
        },
        {"name": "h", "glue_job": "h", "on_error": {"steps": [{"name": "i", "wait": 1}], "then": "continue"}},
    ],
}


def paths_of(data, path=()):
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from paths_of(value, (*path, key))


PATHS = [path for path in paths_of(FLOW) if path and path != ("pattern",)]


@settings(max_examples=60)
@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=1, max_size=3))
def test_what_is_left_of_any_plan_is_valid_and_has_its_place(changes):
    data = copy.deepcopy(FLOW)
    for path, value in changes:
        inner = data
        for step in path[:-1]:
            try:
                inner = inner[step]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(inner, dict) or (
                isinstance(inner, list) and isinstance(path[-1], int) and path[-1] < len(inner)
            ):
                inner[path[-1]] = value
    plan, part, errors = validate_parts(load_plan_model("flow"), data)
    if not errors:
        assert part == ValidPart()
    if plan is None:
        return
    assert isinstance(plan, FlowPlan)
    for index, step in enumerate(plan.steps):
        path = part.restore(("steps", index))
        if not part.is_replaced(path) and not part.is_replaced((*path, "name")):
            assert data["steps"][path[1]]["name"] == step.name
