"""The engine and the states run in any query language: here in one that knows paths of one step, such as `$.items`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from sfnorch.json_values import Json, find_value
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.execution import begin_execution
from sfnorch.simulator.query.language import EvaluationContext, QueryLanguage
from sfnorch.simulator.record import Execution
from sfnorch.simulator.world import World
from sfnorch.template.contents import evaluate_template
from sfnorch.template.located import Object
from sfnorch.template.reader import parse_template
from sfnorch.template.states import LocatedState
from tests.unit.simulator.test_services import machine


class Paths:
    """Fields that end with `Path` hold a path; the others hold constants."""

    value_error = "States.Runtime"

    records_failures = True

    def describe_wrong_type(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        return f"The path in '{name}' is no {wanted}: {json.dumps(value)}"

    def describe_wrong_timestamp(self, body: Mapping[str, Json], name: str, text: str) -> str:
        return f"The path in '{name}' is no timestamp: {text}"

    def describe_wrong_value(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        return f"The path in '{name}' is not {wanted}: {json.dumps(value)}"

    def pass_input(self, scene: EvaluationContext) -> Json:
        return scene.input

    def read(self, scene: EvaluationContext, path: Json) -> Json:
        return scene.input if path in (None, "$") else find_value(scene.input, str(path).removeprefix("$."))

    def make_arguments(self, scene: EvaluationContext) -> Json:
        return scene.state.body.get("Parameters", scene.input)

    def make_part_arguments(self, scene: EvaluationContext, part: Mapping[str, Json], name: str) -> Json:
        return part.get("Parameters", {})

    def list_items(self, scene: EvaluationContext) -> Json:
        return self.read(scene, scene.state.body.get("ItemsPath"))

    def select_item(self, scene: EvaluationContext, item: Json) -> Json:
        return item

    def has_setting(self, body: Mapping[str, Json], name: str) -> bool:
        return name in body or f"{name}Path" in body

    def evaluate_setting(self, scene: EvaluationContext, body: Mapping[str, Json], name: str) -> Json:
        return self.read(scene, body[f"{name}Path"]) if f"{name}Path" in body else body.get(name)

    def fill_template(self, scene: EvaluationContext, template: Json, name: str) -> Json:
        return template

    def check_condition(self, scene: EvaluationContext, rule: Object, name: str) -> Json:
        return self.read(scene, rule["Variable"]) == rule["StringEquals"]

    def make_output(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        where = body.get("ResultPath")
        return {**scene.input, where.removeprefix("$."): default} if where else default

    def assign_variables(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        return body.get("Assign", {})


class Languages:
    def find_language(self, state: LocatedState) -> QueryLanguage:
        return Paths()


STATES = {
    "Pause": {"Type": "Wait", "SecondsPath": "$.pause", "Next": "Load"},
    "Load": {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": "orders"},
        "TimeoutSecondsPath": "$.limit",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Each"}],
        "Next": "Each",
    },
    "Each": {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": True}}},
        "ResultPath": "$.kept",
        "Next": "Check",
    },
    "Check": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.mode", "StringEquals": "strict", "Next": "Refuse"}],
        "Default": "Done",
    },
    "Refuse": {"Type": "Fail", "Error": "Refused", "CausePath": "$.mode"},
    "Done": {"Type": "Succeed"},
}


def play(given: Json) -> Execution:
    world = World(
        evaluate_template(parse_template(json.dumps({"Resources": {"M": machine(STATES)}}), "template")),
        Behaviour(enforce_permissions=False),
    )
    world.languages = Languages()
    execution = begin_execution(world, world.template.machines[0], given)
    world.clock.run()
    return execution


GIVEN = {"pause": 90, "limit": 10, "items": [1, 2], "mode": "loose"}


def test_every_field_is_read_by_the_language():
    execution = play(GIVEN)
    error = {"Error": "States.Timeout", "Cause": ""}
    assert (execution.status, execution.ended) == ("SUCCEEDED", 100.0)
    assert execution.output == {**GIVEN, "error": error, "kept": [1, 2]}


def test_the_cause_of_a_fail_state_too():
    execution = play({**GIVEN, "mode": "strict"})
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "Refused", "strict")


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (
            {"pause": "long"},
            "'Pause' (entered at the event id #2). The path in 'Seconds' is no number: \"long\"",
        ),
        (
            {"pause": True},
            "'Pause' (entered at the event id #2). The path in 'Seconds' is no number: true",
        ),
        (
            {"items": 5},
            "'Each' (entered at the event id #10). The path in 'Items' is no array: 5",
        ),
    ],
)
def test_a_wrong_value_is_an_error_of_the_language(wrong: dict[str, Json], cause: str):
    execution = play({**GIVEN, **wrong})
    expected = f"An error occurred while executing the state {cause}"
    assert (execution.error, execution.cause) == ("States.Runtime", expected)
