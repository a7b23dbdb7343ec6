"""Paths of JSONPath that never lead to a value, and paths of which nothing is known."""

from __future__ import annotations

import pytest

from sfnorch.json_values import Json
from sfnorch.linter.data_flow.machine import find_flow_faults
from sfnorch.template.located import Object, SourceLocation, locate
from sfnorch.template.states import build_scope

ORDERS: Json = {"jobs": ["a", "b"], "bucket": {"name": "raw"}, "count": 2}
END: dict[str, Json] = {"Type": "Succeed"}


def find_faults(states: dict[str, Json], start: str = "Set") -> list[str]:
    machine = locate({"StartAt": start, "States": states}, SourceLocation("file", 1))
    assert isinstance(machine, Object)
    return [
        f"{'/'.join(map(str, fault.path[1:]))}: {fault.message}" for fault in find_flow_faults(build_scope(machine))
    ]


def after_orders(state: dict[str, Json], **more: Json) -> dict[str, Json]:
    """A state whose input is ORDERS."""
    return {"Set": {"Type": "Pass", "Result": ORDERS, "Next": "S"}, "S": {"Next": "E", **state}, "E": END, **more}


def inner(state: dict[str, Json]) -> dict[str, Json]:
    return {"StartAt": "I", "States": {"I": {"End": True, **state}}}


FAULTS: dict[str, tuple[dict[str, Json], list[str]]] = {
    "a field that the input does not have": (
        {"Type": "Pass", "Parameters": {"x.$": "$.job"}},
        [
            "S/Parameters/x.$: $.job never leads to a value: the object there has no field 'job'; it has jobs, bucket, count"
        ],
    ),
    "a field of a number": (
        {"Type": "Pass", "InputPath": "$.count.value"},
        ["S/InputPath: $.count.value never leads to a value: 'count' is a number"],
    ),
    "an index of an object": (
        {"Type": "Pass", "OutputPath": "$.bucket[0]"},
        ["S/OutputPath: $.bucket[0] never leads to a value: 'bucket' is an object"],
    ),
    "a field of the items": (
        {"Type": "Map", "ItemsPath": "$.jobs", "ItemProcessor": inner({"Type": "Pass", "InputPath": "$.jobName"})},
        ["S/ItemProcessor/States/I/InputPath: $.jobName never leads to a value: the input is a string"],
    ),
    "a result in an item that is a string": (
        {
            "Type": "Map",
            "ItemsPath": "$.jobs",
            "ItemProcessor": inner({"Type": "Task", "Resource": "r", "ResultPath": "$.x"}),
        },
        [
            (
                "S/ItemProcessor/States/I/ResultPath: ResultPath $.x never works: the value there is a string; the error is "
                "States.ResultPathMatchFailure"
            )
        ],
    ),
    "the item in the context object": (
        {
            "Type": "Map",
            "ItemsPath": "$.jobs",
            "ItemSelector": {"name.$": "$$.Map.Item.Value.name"},
            "ItemProcessor": inner({"Type": "Pass"}),
        },
        ["S/ItemSelector/name.$: $$.Map.Item.Value.name never leads to a value: the input is a string"],
    ),
    "what a selector passes to the items": (
        {
            "Type": "Map",
            "ItemsPath": "$.jobs",
            "ItemSelector": {"job.$": "$$.Map.Item.Value"},
            "ItemProcessor": inner({"Type": "Pass", "Parameters": {"x.$": "$.name"}}),
        },
        [
            (
                "S/ItemProcessor/States/I/Parameters/x.$: $.name never leads to a value: the object there has no field "
                "'name'; it has job"
            )
        ],
    ),
    "the arguments of a call": (
        {"Type": "Task", "Resource": "r", "Parameters": {"x.$": "States.Format('{}', States.ArrayLength($.job))"}},
        [
            "S/Parameters/x.$: $.job never leads to a value: the object there has no field 'job'; it has jobs, bucket, count"
        ],
    ),
    "a splitter of several letters": (
        {"Type": "Pass", "Parameters": {"x.$": "States.StringSplit($.bucket.name, 'FAILED')"}},
        ["S/Parameters/x.$: States.StringSplit splits at each character of 'FAILED', not at the whole text"],
    ),
    "a branch": (
        {"Type": "Parallel", "Branches": [inner({"Type": "Wait", "SecondsPath": "$.count", "OutputPath": "$.no"})]},
        [
            (
                "S/Branches/0/States/I/OutputPath: $.no never leads to a value: the object there has no field 'no'; it has "
                "jobs, bucket, count"
            )
        ],
    ),
    "the error in a catcher": (
        {"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
        ["C/Parameters/x.$: $.jobs never leads to a value: the object there has no field 'jobs'; it has Error, Cause"],
    ),
}

CAUGHT: Json = {"Type": "Pass", "Parameters": {"x.$": "$.jobs"}, "Next": "E"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_path_that_never_leads_to_a_value_is_a_fault(name: str) -> None:
    state, expected = FAULTS[name]
    more: dict[str, Json] = {"C": CAUGHT} if "Catch" in state else {}

    assert find_faults(after_orders(state, **more)) == expected


PASSING: dict[str, dict[str, Json]] = {
    "paths that exist": {"Type": "Pass", "Parameters": {"a.$": "$.bucket.name", "b.$": "$.jobs[0]", "c.$": "$"}},
    "a wildcard": {"Type": "Pass", "Parameters": {"a.$": "$.nothing[*].x", "b.$": "$..x"}},
    "the result of a Task": {"Type": "Task", "Resource": "r", "ResultSelector": {"x.$": "$.Payload.x"}},
    "a result stored in the input": {"Type": "Task", "Resource": "r", "ResultPath": "$.bucket.loaded.count"},
    "the context object": {"Type": "Pass", "Parameters": {"x.$": "$$.Execution.Input.any", "y.$": "$variable.x"}},
    "an item of a reader": {
        "Type": "Map",
        "ItemReader": {"Resource": "r"},
        "ItemProcessor": inner({"Type": "Pass", "InputPath": "$.any"}),
    },
    "a batch": {
        "Type": "Map",
        "ItemsPath": "$.jobs",
        "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ItemProcessor": inner({"Type": "Pass", "InputPath": "$.Items[0]"}),
    },
    "an output of null": {"Type": "Pass", "OutputPath": None},
    "no result": {"Type": "Task", "Resource": "r", "ResultPath": None, "OutputPath": "$.jobs"},
    "a splitter of one character": {"Type": "Pass", "Parameters": {"x.$": "States.StringSplit($.bucket.name, ', ')"}},
    "an invalid path or call": {"Type": "Pass", "Parameters": {"x.$": "$.a[", "y.$": "States.Nothing("}},
}


@pytest.mark.parametrize("name", PASSING)
def test_a_path_that_can_lead_to_a_value_is_no_fault(name: str) -> None:
    assert find_faults(after_orders(PASSING[name])) == []


def test_nothing_is_known_of_the_input_of_an_execution() -> None:
    assert find_faults({"S": {"Type": "Pass", "InputPath": "$.a.b", "ResultPath": "$.c", "End": True}}, "S") == []


def test_a_field_that_one_of_two_states_passes_can_exist() -> None:
    states: dict[str, Json] = {
        "Set": {"Type": "Choice", "Choices": [{"Variable": "$.x", "NumericEquals": 1, "Next": "A"}], "Default": "B"},
        "A": {"Type": "Pass", "Result": {"a": 1}, "Next": "S"},
        "B": {"Type": "Pass", "Result": {"a": 2, "b": 1}, "Next": "S"},
        "S": {"Type": "Pass", "Parameters": {"a.$": "$.a", "b.$": "$.b", "c.$": "$.a.c"}, "End": True},
    }

    assert find_faults(states) == ["S/Parameters/c.$: $.a.c never leads to a value: 'a' is a number"]


def test_after_a_test_of_a_shape_nothing_is_known() -> None:
    choice: dict[str, Json] = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "P"}]}
    more: Json = {"Type": "Pass", "InputPath": "$.x", "Next": "E"}

    assert find_faults(after_orders({**choice, "Default": "E"}, P=more)) == []


def test_a_loop_whose_data_grows_ends() -> None:
    states: dict[str, Json] = {
        "Set": {"Type": "Pass", "Result": {"n": 1}, "Next": "S"},
        "S": {"Type": "Pass", "Parameters": {"inner.$": "$"}, "Next": "S"},
    }

    assert find_faults(states) == []


def test_a_state_in_jsonata_passes_what_is_not_known() -> None:
    states = after_orders({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": 1}, "Next": "T"})
    states["T"] = {"Type": "Pass", "InputPath": "$.b", "End": True}

    assert find_faults(states) == []


def test_a_text_with_a_placeholder_can_become_another_value() -> None:
    states: dict[str, Json] = {
        "Set": {"Type": "Pass", "Result": {"a": "${Value}"}, "Next": "S"},
        "S": {"Type": "Pass", "InputPath": "$.a.b", "End": True},
    }

    assert find_faults(states) == []
