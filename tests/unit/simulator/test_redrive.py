"""Redrives: an execution that did not succeed continues from the states that failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.report.simulated.timeline import list_timeline
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.execution import begin_execution
from sfnorch.simulator.record import Execution
from sfnorch.simulator.redrives import redrive_execution
from sfnorch.simulator.run import simulate
from sfnorch.simulator.world import World
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

ROLE = "arn:aws:iam::123456789012:role/r"
CALL = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ec2:describeVpcs"}
FAILS_ONCE = {"0": {"Throw": {"Error": "E", "Cause": "c"}}, "1-9": {"Return": "done"}}
COUNT = "{% $states.context.Execution.RedriveCount %}"


def read(states: dict[str, Any], language: str = "JSONata", **more: Any) -> Template:
    definition = {"QueryLanguage": language, "StartAt": next(iter(states)), "States": states, **more}
    properties = {"Role": ROLE, "Name": "m", "Definition": definition}
    text = json.dumps({"Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": properties}}})
    return evaluate_template(parse_template(text, "template"))


def start(states: dict[str, Any], given: Any = None, **more: Any) -> tuple[World, Execution]:
    """The world in which an execution has ended, and the execution."""
    options = {name: more.pop(name) for name in ("mocks", "faults") if name in more}
    template = read(states, **more)
    world = World(template, Behaviour(enforce_permissions=False, **options))
    execution = begin_execution(world, template.machines[0], given or {})
    world.clock.run(world.processes[execution.arn])
    return world, execution


def redrive(world: World, execution: Execution) -> None:
    """Redrive the execution ten seconds after its end, until it ends again."""
    world.clock.run(world.at + 10)
    redrive_execution(world, execution)
    world.clock.run(world.processes[execution.arn])


def test_the_state_that_failed_is_entered_again_with_its_input_and_variables():
    states = {
        "A": {"Type": "Pass", "Output": {"from": "A"}, "Assign": {"x": 1}, "Next": "T"},
        "T": {**CALL, "Output": ["{% $states.input %}", "{% $x %}", COUNT], "Next": "Z"},
        "Z": {"Type": "Wait", "Seconds": 10, "End": True},
    }
    world, execution = start(states, mocks={"T": FAILS_ONCE})
    arn = execution.arn
    assert (execution.status, execution.error, execution.history) == ("FAILED", "E", 8)
    redrive(world, execution)
    assert (execution.arn, execution.status, execution.output) == (arn, "SUCCEEDED", [{"from": "A"}, 1, 1])
    assert (execution.error, execution.cause, execution.redrives, execution.ended) == ("", "", 1, 20.0)
    assert execution.states == ["A", "T", "T", "Z"]
    assert execution.history == 8 + 1 + 5 + 2 + 1
    assert [line for _, line in list_timeline(world.record)] == [
        "m starts",
        "m FAILED: E",
        "m is redriven",
        "m SUCCEEDED",
    ]


def test_a_state_that_fails_again_can_be_redriven_again():
    states = {"T": {**CALL, "Output": COUNT, "End": True}}
    mock = {"0-1": {"Throw": {"Error": "E"}}, "2": {"Return": 1}}
    world, execution = start(states, mocks={"T": mock})
    redrive(world, execution)
    assert (execution.status, execution.error) == ("FAILED", "E")
    redrive(world, execution)
    assert (execution.status, execution.output) == ("SUCCEEDED", 2)


def test_a_redriven_state_has_all_its_attempts_again():
    retried = [{"ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 1}]
    states = {"T": {**CALL, "Retry": retried, "Output": "{% $states.context.State.RetryCount %}", "End": True}}
    mock = {"0-2": {"Throw": {"Error": "E"}}, "3": {"Return": 1}}
    world, execution = start(states, mocks={"T": mock})
    assert (execution.status, execution.retries) == ("FAILED", 1)
    redrive(world, execution)
    assert (execution.status, execution.output, execution.retries) == ("SUCCEEDED", 1, 2)


def test_branches_that_have_succeeded_keep_their_output():
    branches = [
        {"StartAt": "A", "States": {"A": {**CALL, "Next": "B"}, "B": {"Type": "Pass", "Output": "b", "End": True}}},
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "Next": "T"}, "T": {**CALL, "End": True}}},
        {"StartAt": "L", "States": {"L": {"Type": "Wait", "Seconds": 60, "Output": "late", "End": True}}},
    ]
    states = {"P": {"Type": "Parallel", "Branches": branches, "End": True}}
    world, execution = start(states, mocks={"A": 1, "T": FAILS_ONCE})
    assert (execution.status, execution.ended) == ("FAILED", 5.0)
    redrive(world, execution)
    assert (execution.status, execution.output, execution.ended) == ("SUCCEEDED", ["b", "done", "late"], 75.0)
    assert execution.states == ["P", "A", "B", "W", "L", "T", "P", "T", "L"]


def test_a_retried_parallel_runs_all_branches_again():
    branches = [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
        {"StartAt": "T", "States": {"T": {**CALL, "End": True}}},
    ]
    retried = [{"ErrorEquals": ["E"]}]
    states = {"P": {"Type": "Parallel", "Branches": branches, "Retry": retried, "End": True}}
    _, execution = start(states, mocks={"T": FAILS_ONCE})
    assert (execution.status, execution.states) == ("SUCCEEDED", ["P", "A", "T", "A", "T"])


def test_a_parallel_in_a_loop_runs_again_each_time():
    branches = [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $n %}", "End": True}}}]
    states = {
        "N": {"Type": "Pass", "Assign": {"n": 0}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": branches, "Assign": {"n": "{% $n + 1 %}"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 3 %}", "Next": "P"}], "Default": "Z"},
        "Z": {"Type": "Succeed"},
    }
    assert start(states)[1].output == [2]


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_items_that_have_succeeded_are_not_run_again(mode: str):
    processor: dict[str, Any] = {
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Next": "T"}, "T": {**CALL, "Output": "{% $states.input %}", "End": True}},
    }
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    processor["ProcessorConfig"] = config
    states = {
        "M": {"Type": "Map", "Items": [1, 2, 3], "MaxConcurrency": 1, "ItemProcessor": processor, "End": True},
    }
    mock = {"0": {"Return": 0}, "1": {"Throw": {"Error": "E"}}, "2-3": {"Return": 0}}
    world, execution = start(states, mocks={"T": mock})
    assert execution.status == "FAILED"
    redrive(world, execution)
    assert (execution.status, execution.output) == ("SUCCEEDED", [1, 2, 3])
    if mode == "INLINE":
        assert execution.states == ["M", "A", "T", "A", "T", "M", "T", "A", "T"]
    else:
        children = world.record.executions[1:]
        assert [(child.status, child.redrives, child.states) for child in children] == [
            ("SUCCEEDED", 0, ["A", "T"]),
            ("SUCCEEDED", 1, ["A", "T", "T"]),
            ("SUCCEEDED", 0, ["A", "T"]),
        ]


def test_the_timeout_of_a_redriven_execution_begins_again():
    states = {
        "W": {"Type": "Wait", "Seconds": 8, "Next": "V"},
        "V": {"Type": "Wait", "Seconds": 8, "End": True},
    }
    world, execution = start(states, TimeoutSeconds=10)
    assert (execution.status, execution.ended) == ("TIMED_OUT", 10.0)
    redrive(world, execution)
    assert (execution.status, execution.ended, execution.states) == ("SUCCEEDED", 28.0, ["W", "V", "V"])


def test_the_context_in_jsonpath():
    states = {"T": {**CALL, "ResultSelector": {"redrives.$": "$$.Execution.RedriveCount"}, "End": True}}
    world, execution = start(states, language="JSONPath", mocks={"T": FAILS_ONCE})
    redrive(world, execution)
    assert execution.output == {"redrives": 1}


def test_an_execution_that_succeeded_cannot_be_redriven():
    world, execution = start({"P": {"Type": "Pass", "End": True}})
    with pytest.raises(SfnorchError, match=r"^m: Execution is SUCCEEDED and cannot be redriven$"):
        redrive(world, execution)


def call(action: str, arn: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:sfn:{action}",
        "Arguments": {"ExecutionArn": arn},
        "Output": "{% $states.input %}",
    }


JOB = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Arguments": {"JobName": "orders"}}


def play_redriver(fault: Fault | None) -> Any:
    """The run of a machine that starts another one, redrives it after ten minutes, and describes it."""
    name = "{% $states.result.ExecutionArn %}"
    begin = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Arguments": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:job", "Name": "one"},
        "Output": name,
    }
    states = {
        "Begin": {**begin, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 600, "Next": "Redrive"},
        "Redrive": {**call("redriveExecution", "{% $states.input %}"), "Next": "WaitAgain"},
        "WaitAgain": {"Type": "Wait", "Seconds": 600, "Next": "Describe"},
        "Describe": {
            **call("describeExecution", "{% $states.input %}"),
            "Output": "{% $sift($states.result, function($v, $k) { $k in ['Status', 'RedriveCount'] }) %}",
            "End": True,
        },
    }
    resources = {
        name: {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {
                "Role": ROLE,
                "Name": name.lower(),
                "Definition": {"QueryLanguage": "JSONata", "StartAt": next(iter(each)), "States": each},
            },
        }
        for name, each in (("Redriver", states), ("Job", {"J": {**JOB, "End": True}}))
    }
    behaviour = Behaviour(enforce_permissions=False, faults=[fault] if fault else [])
    return simulate(json.dumps({"Resources": resources}), None, behaviour, machine="Redriver")


def test_a_task_redrives_another_execution():
    run = play_redriver(Fault(job="orders", times=1))
    assert run.first.output == {"RedriveCount": 1, "Status": "SUCCEEDED"}
    assert [(job.status, job.ended) for job in run.job_runs] == [("FAILED", 300.0), ("SUCCEEDED", 900.0)]


def test_a_task_that_redrives_an_execution_that_succeeded():
    run = play_redriver(None)
    assert (run.first.error, run.first.cause.partition(" (Service")[0]) == (
        "Sfn.ExecutionNotRedrivableException",
        "Execution Not Redrivable: 'arn:aws:states:us-east-1:123456789012:execution:job:one'",
    )
