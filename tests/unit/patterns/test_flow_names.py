"""What a flow's template calls functions and state machines: each has a name of its own there."""

from __future__ import annotations

import json
from typing import Any

from sfnorch.asl import serialize_graph
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.workflow import Arn, FunctionArn, StackName, Workflow

ELSEWHERE = "arn:aws:states:us-east-1:{}:stateMachine:publish"


def made(steps: list[dict[str, Any]], functions: list[str], folder: Any) -> Workflow:
    (folder / "f.py").write_text("def handler(event, context): ...\n")
    plan = {
        "pattern": "flow",
        "name": "nightly",
        "notify": "never",
        "functions": [{"name": name, "code": "f.py"} for name in functions],
        "steps": steps,
    }
    return build_workflow(parse_plan(json.dumps(plan), folder=folder))


def called(found: Workflow, key: str) -> dict[str, Any]:
    """What each step calls, by its name."""
    states = serialize_graph(found.machines[0].graph)["States"]
    return {
        name: arguments[key]
        for name, state in states.items()
        if key in (arguments := state.get("Arguments", {})) and isinstance(arguments[key], str)
    }


def test_state_machines_of_names_alike_are_told_apart(tmp_path: Any):
    names = ["my-flow", "myflow", "my-flow", "publish", ELSEWHERE.format("1" * 12), ELSEWHERE.format("2" * 12)]
    found = made([{"name": f"s{n}", "state_machine": name} for n, name in enumerate(names)], [], tmp_path)
    assert called(found, "StateMachineArn") == {
        "s0": "${MyFlowMachine}",
        "s1": "${MyflowMachine}",
        "s2": "${MyFlowMachine}",
        "s3": "${PublishMachine}",
        "s4": "${esUsEast1111111111111StateMachinePublish0x5430178aMachine}",
        "s5": "${esUsEast1222222222222StateMachinePublish0x6103e0d4Machine}",
    }
    assert found.machines[0].substitutions == {
        "AlarmName": StackName("flow-failed"),
        "MyFlowMachine": Arn("states", "stateMachine:", "my-flow"),
        "MyflowMachine": Arn("states", "stateMachine:", "myflow"),
        "PublishMachine": Arn("states", "stateMachine:", "publish"),
        "esUsEast1111111111111StateMachinePublish0x5430178aMachine": ELSEWHERE.format("1" * 12),
        "esUsEast1222222222222StateMachinePublish0x6103e0d4Machine": ELSEWHERE.format("2" * 12),
    }


def test_a_state_machine_and_a_function_of_names_alike_are_told_apart(tmp_path: Any):
    steps = [{"name": "a", "lambda": "machine-x"}, {"name": "b", "state_machine": "XFunction"}]
    found = made(steps, ["machine-x"], tmp_path)
    assert called(found, "FunctionName") == {"a": "${MachineXFunction}"}
    assert called(found, "StateMachineArn") == {"b": "${XFunction0x39fb8655Machine}"}
    assert found.machines[0].substitutions == {
        "AlarmName": StackName("flow-failed"),
        "MachineXFunction": FunctionArn("MachineX"),
        "XFunction0x39fb8655Machine": Arn("states", "stateMachine:", "XFunction"),
    }


def test_functions_of_names_alike_have_logical_ids_of_their_own(tmp_path: Any):
    keys = {"a": "A", "a-": "A0x9baf4407", "a-3": "A3", "a3": "A30xf46dd28a", "a_3": "A30xf2cfa673"}
    for names in (["a", "a-", "a-3", "a3", "a_3"], ["a3", "a_3", "a"], ["a-3", "a-", "a"]):
        found = made([{"name": "w", "wait": 1}], names, tmp_path)
        assert {function.name: function.key for function in found.functions} == {name: keys[name] for name in names}
