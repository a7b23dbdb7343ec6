"""Mocks: sequences by attempt, results of Map and Parallel states, and the names of inner states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.mocks.responses import InvalidMockError
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage",
    "Arguments": {"QueueUrl": "q", "MessageBody": "m"},
}
RETRY = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 5}]
FAILS_TWICE = {"0-1": {"Throw": {"Error": "E", "Cause": "c"}}, "2": {"Return": "third"}, "3-4": {"Return": "more"}}


def play(states: dict[str, Any], mocks: dict[str, Any], given: Any = None, **machines: Any) -> Run:
    definitions = {"m": {"StartAt": next(iter(states)), "States": states}, **machines}
    resources = {
        f"{name}StateMachine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"StateMachineName": name, "Definition": {"QueryLanguage": "JSONata", **definition}},
        }
        for name, definition in definitions.items()
    }
    behaviour = Behaviour(mocks=mocks, enforce_permissions=False)
    return simulate(json.dumps({"Resources": resources}), given, behaviour, machine="m")


def task(**more: Any) -> dict[str, Any]:
    return {**TASK, **more, **({} if "Next" in more else {"End": True})}


def items(inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    processor = {"StartAt": next(iter(inner)), "States": inner}
    return {
        "Type": "Map",
        "MaxConcurrency": 1,
        "ItemProcessor": processor,
        **({} if "Next" in more else {"End": True}),
        **more,
    }


def parallel(*branches: dict[str, Any], **more: Any) -> dict[str, Any]:
    scopes = [{"StartAt": next(iter(branch)), "States": branch} for branch in branches]
    return {"Type": "Parallel", "Branches": scopes, "End": True, **more}


def test_a_sequence_goes_on_with_each_attempt():
    run = play({"T": task(Retry=RETRY)}, {"T": FAILS_TWICE})
    assert (run.first.output, run.first.retries) == ("third", 2)


def test_a_sequence_goes_on_from_item_to_item_and_in_a_loop():
    inner = {"T": task(Retry=RETRY)}
    assert play({"M": items(inner, Items=[1, 2, 3])}, {"T": FAILS_TWICE}).first.output == ["third", "more", "more"]
    loop = {
        "T": task(Output="{% [$states.input, $states.result] %}", Next="C"),
        "C": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $count($states.input) > 2 %}", "Next": "S"}],
            "Default": "T",
        },
        "S": {"Type": "Succeed"},
    }
    assert play(loop, {"T": {"0": {"Return": 1}, "1-9": {"Return": 2}}}, []).first.output == [1, 2, 2]


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_items_of_a_distributed_map_share_one_sequence(mode: str):
    state = items({"T": task()}, Items=[1, 2])
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {"Mode": mode}
    state["ItemProcessor"]["ProcessorConfig"] = config
    assert play({"M": state}, {"T": {"0": {"Return": "a"}, "1": {"Return": "b"}}}).first.output == ["a", "b"]


def test_a_sequence_that_is_too_short_names_the_missing_response():
    with pytest.raises(UnsupportedSimulationError) as error:
        play({"M": items({"T": task()}, Items=[1, 2])}, {"M/T": {"0": {"Return": 1}}})
    assert error.value.message == "m: T has more attempts than its mock 'M/T' has responses"
    assert error.value.hint == 'add a response to the mock: "1": {"Return": …}'


def test_mocked_map_and_parallel_states_do_not_run_what_is_inside():
    run = play({"M": items({"T": task()}, Items=[1, 2], Next="P"), "P": parallel({"U": task()})}, {"M": [1], "P": "p"})
    assert (run.first.output, run.first.states) == ("p", ["M", "P"])
    catch = [{"ErrorEquals": ["E"], "Next": "S"}]
    caught = {"P": parallel({"U": task()}, Catch=catch), "S": {"Type": "Succeed"}}
    assert play(caught, {"P": {"Throw": {"Error": "E"}}}).first.output == {"Error": "E", "Cause": ""}
    retried = {"M": items({"T": task()}, Items=[1], Retry=RETRY)}
    assert play(retried, {"M": FAILS_TWICE}).first.output == "third"


def test_the_items_of_a_reader_and_the_result_of_its_map():
    reads = items({"B": {"Type": "Pass", "End": True}}, ItemReader={"Resource": "arn:aws:states:::s3:getObject"})
    for mocks, output in (
        ({"M": ["a", "b"]}, ["a", "b"]),
        ({"M/ItemReader": ["a"]}, ["a"]),
        ({"M/ItemReader": {"Return": ["c"]}}, ["c"]),
        ({"M": {"Return": "whole"}}, "whole"),
        ({"m/M/ItemReader": {"0": {"Throw": {"Error": "E"}}, "1": {"Return": ["d"]}}}, ["d"]),
    ):
        assert play({"M": {**reads, "Retry": RETRY}}, mocks).first.output == output, mocks


NAMES = {
    "a plain name": ({"T": 2}, [2, 2]),
    "the state in the Map": ({"M/T": 2, "T": 3}, [2, 2]),
    "with the machine": ({"M/T": 2, "m/M/T": 3, "T": 4}, [3, 3]),
    "a machine and a state, anywhere within": ({"m/T": 4}, [4, 4]),
    "an item": ({"T": 1, "M[1]/T": 5}, [1, 5]),
    "outer states can be left out": ({"T": 1, "P/T": 6}, [6, 6]),
    "each can be named": ({"T": 1, "m/P/M[0]/T": 7}, [7, 1]),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_inner_states(name: str):
    mocks, output = NAMES[name]
    states = {"P": parallel({"A": task()}, {"M": items({"T": task()}, Items=[1, 2])})}
    assert play(states, {"A": 1, **mocks}).first.output == [1, output]


def test_names_with_slashes_and_brackets_name_themselves():
    assert play({"a/b[1]": task()}, {"a/b[1]": 1, "m/a/b[1]": 2}).first.output == 2


FAULTS = {
    "a gap": ({"0": {"Return": 1}, "2": {"Return": 1}}, "T.2: no response for attempt 1; add it"),
    "a long gap": ({"3": {"Return": 1}}, "T.3: no response for attempt 0-2; add it"),
    "an overlap": (
        {"0-3": {"Return": 1}, "2-5": {"Return": 2}},
        "T.2-5: a second response for attempt 2-3; remove one",
    ),
    "backwards": ({"3-0": {"Return": 1}}, 'T.3-0: a range ends before it begins; write "0-3"'),
    "too many": ({"0-999999": {"Return": 1}}, "T.0-999999: more than 100,000 attempts; write a smaller number"),
    "no response": (
        {"0": {"Return": 1}, "1": 5},
        'T.1: not a response; write {"Return": …} or {"Throw": {"Error": "…", "Cause": "…"}}',
    ),
    "a wrong error": (
        {"Throw": {"Error": 5, "cause": ""}},
        "T.Throw.Error: expected a string, got number; T.Throw.cause: unknown key; available: Error, Cause",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str):
    mock, message = FAULTS[name]
    with pytest.raises(InvalidMockError) as error:
        play({"T": task()}, {"T": mock})
    assert error.value.message == message


def test_a_result_with_numbers_as_keys_is_no_sequence():
    assert play({"T": task()}, {"T": {"0": "a", "1": "b"}}).first.output == {"0": "a", "1": "b"}


def test_a_missing_mock_is_named_by_its_path_if_its_name_is_not_unique():
    other = {"StartAt": "T", "States": {"T": task()}}
    with pytest.raises(UnsupportedSimulationError) as error:
        play({"M": items({"T": task()}, Items=[1])}, {}, n=other)
    assert error.value.hint == "specify its result: --mock 'm/M/T={}'"
    assert play({"M": items({"T": task()}, Items=[1])}, {"m/M/T": {}}, n=other).first.output == [{}]


def test_a_mock_that_is_not_used_is_a_note():
    run = play({"M": items({"T": task()}, Items=[1])}, {"T": 1, "M[3]/T": 2})
    assert list(run.notes.values()) == ["the mock of M[3]/T was not used: no such state was reached"]
