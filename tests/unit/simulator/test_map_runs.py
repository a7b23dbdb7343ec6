"""Distributed Maps: child executions, tolerated failures, results in S3, and the events of the history."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.record import Run
from tests.unit.simulator.maps import DISTRIBUTED, PUT, make_map, play_machine

FAILS = {
    "C": {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "F"}],
        "Default": "B",
    },
    "B": {"Type": "Pass", "End": True},
    "F": {"Type": "Fail", "Error": "E", "Cause": "negative"},
}
WRITER = {"Resource": PUT, "Parameters": {"Bucket": "b", "Prefix": "p"}}
ARN = "arn:aws:states:us-east-1:123456789012"
BAD = {"Status": "FAILED", "Error": "E", "Cause": "negative"}


def play(items: list[Any], more: dict[str, Any] | None = None, **given: Any) -> Run:
    one = {} if more and "MaxConcurrencyPath" in more else {"MaxConcurrency": 1}
    state = make_map(FAILS, **{"ItemsPath": "$.items", **one, **(more or {})})
    return play_machine({"M": state}, {"items": items, **given})


TOLERANCES: dict[str, tuple[dict[str, Any], list[Any], list[Any] | None]] = {
    "none": ({}, [1, -1, 2], None),
    "a number": ({"ToleratedFailureCount": 1}, [1, -1, 2], [1, BAD, 2]),
    "a number that is too small": ({"ToleratedFailureCount": 1}, [1, -1, -2], None),
    "a number in the input": ({"ToleratedFailureCountPath": "$.count"}, [1, -1, 2], [1, BAD, 2]),
    "a percentage": ({"ToleratedFailurePercentage": 34}, [1, -1, 2], [1, BAD, 2]),
    "a percentage that is too small": ({"ToleratedFailurePercentage": 33}, [1, -1, 2], None),
    "a percentage in the input": ({"ToleratedFailurePercentagePath": "$.share"}, [1, -1, 2], [1, BAD, 2]),
    "all": ({"ToleratedFailurePercentage": 100}, [-1, -1], [BAD, BAD]),
    "the lower of both": ({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 100}, [-1, -1], None),
    "a number of 0 is no limit": ({"ToleratedFailureCount": 0, "ToleratedFailurePercentage": 100}, [1, -1], [1, BAD]),
    "the items of a batch": ({"ToleratedFailureCount": 1, "ItemBatcher": {"MaxItemsPerBatch": 2}}, [1, -1, 2], None),
}


@pytest.mark.parametrize("name", TOLERANCES)
def test_tolerated_failures(name: str):
    more, items, output = TOLERANCES[name]
    if "ItemBatcher" in more:
        more = {**more, "ItemSelector": {"n.$": "$$.Map.Item.Value"}}
        state = make_map({"F": {"Type": "Fail"}}, ItemsPath="$.items", MaxConcurrency=1, **more)
        first = play_machine({"M": state}, {"items": items}).first
    else:
        first = play(items, more, count="1", share=50.5).first
    if output is None:
        assert (first.status, first.error, first.cause) == (
            "FAILED",
            "States.ExceedToleratedFailureThreshold",
            "The specified tolerated failure threshold was exceeded",
        )
        assert first.history == 7
    else:
        assert (first.output, first.history) == (output, 8)


WRONG: dict[str, tuple[dict[str, Any], Any, str, int]] = {
    "MaxConcurrency": (
        {"MaxConcurrencyPath": "$.x"},
        "a",
        'The MaxConcurrencyPath field refers to value "a" which is not a valid integer: $.x',
        3,
    ),
    "count": (
        {"ToleratedFailureCountPath": "$.x"},
        {},
        'The ToleratedFailureCountPath field refers to value "{}" which is not a valid integer: $.x',
        4,
    ),
    "negative count": ({"ToleratedFailureCountPath": "$.x"}, -1, "ToleratedFailureCount cannot be negative.", 4),
    "percentage": (
        {"ToleratedFailurePercentagePath": "$.x"},
        "a",
        'The ToleratedFailurePercentagePath field refers to value "a" which is not a valid float: $.x',
        4,
    ),
    "percentage over 100": (
        {"ToleratedFailurePercentagePath": "$.x"},
        100.1,
        "ToleratedFailurePercentage must be between 0 and 100.",
        4,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_numbers_that_are_not_valid(name: str):
    more, value, cause, events = WRONG[name]
    first = play([1], more, x=value).first
    assert (first.status, first.error, first.history) == ("FAILED", "States.Runtime", events)
    assert first.cause == f"An error occurred while executing the state 'M' (entered at the event id #2). {cause}"


def test_child_executions_have_arns_with_the_label_and_the_type():
    run = play([1], {"Label": "items"})
    child = run.executions[1]
    assert (child.arn, child.machine, child.title, child.parent, child.states, child.history) == (
        f"{ARN}:execution:m/items:{child.name}",
        f"{ARN}:stateMachine:m/items",
        "m/M",
        run.first.arn,
        ["C", "B"],
        6,
    )
    state = make_map(ItemsPath="$.items")
    state["ItemProcessor"]["ProcessorConfig"] = {**DISTRIBUTED, "ExecutionType": "EXPRESS"}
    child = play_machine({"M": state}, {"items": [1]}).executions[1]
    assert child.arn.startswith(f"{ARN}:express:m/M:{child.name}:")
    assert (child.express, child.history) == (True, 4)


def list_objects(run: Run) -> dict[str, Any]:
    found = {}
    for stored in run.objects:
        folder, _, name = stored.key.rpartition("/")
        text = stored.body
        found[name] = [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else json.loads(text)
        assert (stored.bucket, stored.sender) == ("b", "m")
        assert folder.startswith("p/")
    return found


def test_the_results_in_s3():
    run = play([1, -1], {"ResultWriter": WRITER, "ToleratedFailureCount": 1, "Label": "items"})
    written = list_objects(run)
    name = run.first.output["MapRunArn"].rpartition(":")[2]
    assert run.first.output == {
        "MapRunArn": f"{ARN}:mapRun:m/items:{name}",
        "ResultWriterDetails": {"Bucket": "b", "Key": f"p/{name}/manifest.json"},
    }
    good, bad = run.executions[1:]
    sizes = {stored.key: len(stored.body) for stored in run.objects}
    failed, succeeded = (f"p/{name}/{status}_0.json" for status in ("FAILED", "SUCCEEDED"))
    assert written["manifest.json"] == {
        "DestinationBucket": "b",
        "MapRunArn": f"{ARN}:mapRun:m/items:{name}",
        "ResultFiles": {
            "FAILED": [{"Key": failed, "Size": sizes[failed]}],
            "PENDING": [],
            "SUCCEEDED": [{"Key": succeeded, "Size": sizes[succeeded]}],
        },
    }
    common = {
        "InputDetails": {"Included": True},
        "RedriveCount": 0,
        "StartDate": "2026-01-01T00:00:00.000Z",
        "StateMachineArn": f"{ARN}:stateMachine:m/items",
        "StopDate": "2026-01-01T00:00:00.000Z",
    }
    assert written["SUCCEEDED_0.json"] == [
        {
            **common,
            "ExecutionArn": good.arn,
            "Input": "1",
            "Name": good.name,
            "Output": "1",
            "OutputDetails": {"Included": True},
            "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "Status": "SUCCEEDED",
        }
    ]
    assert written["FAILED_0.json"] == [
        {
            **common,
            "Cause": "negative",
            "Error": "E",
            "ExecutionArn": bad.arn,
            "Input": "-1",
            "Name": bad.name,
            "RedriveStatus": "REDRIVABLE",
            "Status": "FAILED",
        }
    ]


def test_the_results_of_a_run_that_fails():
    run = play([1, -1, 2], {"ResultWriter": WRITER})
    assert run.first.error == "States.ExceedToleratedFailureThreshold"
    written = list_objects(run)
    assert list(written) == ["FAILED_0.json", "PENDING_0.json", "SUCCEEDED_0.json", "manifest.json"]
    assert written["PENDING_0.json"] == [{"Input": "2", "InputDetails": {"Included": True}, "Status": "PENDING"}]


TRANSFORMED: dict[str, tuple[dict[str, Any], str, Any]] = {
    "outputs": ({"Transformation": "COMPACT", "OutputType": "JSON"}, "SUCCEEDED_0.json", [[1, 2], [3]]),
    "the items in outputs": ({"Transformation": "FLATTEN", "OutputType": "JSON"}, "SUCCEEDED_0.json", [1, 2, 3]),
    "lines": ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, "SUCCEEDED_0.jsonl", [1, 2, 3]),
}


@pytest.mark.parametrize("name", TRANSFORMED)
def test_transformed_results(name: str):
    config, file, values = TRANSFORMED[name]
    state = make_map(ItemsPath="$.items", ResultWriter={**WRITER, "WriterConfig": config})
    run = play_machine({"M": state}, {"items": [[1, 2], [3]]})
    assert list_objects(run)[file] == values
    state = make_map(ItemsPath="$.items", ResultWriter={"WriterConfig": {**config, "OutputType": "JSON"}})
    assert play_machine({"M": state}, {"items": [[1, 2], [3]]}).first.output == values


def test_a_result_writer_without_a_bucket():
    state = make_map(ItemsPath="$.items", ResultWriter={"Resource": PUT, "Parameters": {"Prefix": "p"}})
    first = play_machine({"M": state}, {"items": [1]}).first
    assert (first.error, first.cause) == ("States.ResultWriterFailed", "The ResultWriter has no Bucket")


FAILED = {"F": {"Type": "Fail", "Error": "E"}}
RETRY = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]
INLINE = {"StartAt": "F", "States": FAILED}
HISTORIES: dict[str, tuple[dict[str, Any], int]] = {
    # Started, Entered, MapStateStarted, (IterationStarted, FailStateEntered, IterationFailed), MapStateFailed, Failed
    "an inline Map that fails": ({"Type": "Map", "ItemsPath": "$.one", "ItemProcessor": INLINE}, 8),
    "an inline Map that is retried": (
        {"Type": "Map", "ItemsPath": "$.one", "ItemProcessor": INLINE, "Retry": RETRY},
        16,
    ),
    "an inline Map without items": ({"Type": "Map", "ItemsPath": "$.none", "ItemProcessor": INLINE}, 6),
    "a distributed Map without items": (make_map(ItemsPath="$.none"), 8),
    "a distributed Map": (make_map(ItemsPath="$.one"), 8),
    # Started, Entered, ParallelStateStarted, FailStateEntered, ParallelStateFailed, Failed
    "a Parallel that fails": ({"Type": "Parallel", "Branches": [INLINE]}, 6),
    "a Parallel that is retried": ({"Type": "Parallel", "Branches": [INLINE], "Retry": RETRY}, 10),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_number_of_events(name: str):
    state, events = HISTORIES[name]
    assert play_machine({"M": {**state, "End": True}}, {"one": [1], "none": []}).first.history == events


def test_an_object_has_an_item_for_each_key():
    selector = {"key.$": "$$.Map.Item.Key", "value.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"}
    run = play_machine({"M": make_map(ItemsPath="$.items", ItemSelector=selector)}, {"items": {"a": 1, "b": 2}})
    assert run.first.output == [{"key": "a", "value": 1, "index": 0}, {"key": "b", "value": 2, "index": 1}]
    inline = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inline, "End": True}
    assert play_machine({"M": state}, {"items": {"a": 1}}).first.output == [{"Key": "a", "Value": 1}]
