"""What a flow's template calls functions and state machines: each has a name of its own there."""

from __future__ import annotations

import json
from typing import Any

from sfnorch import workflow as flow
from sfnorch.asl import definition
from sfnorch.patterns import workflow
from sfnorch.plan.load import parse_plan

ELSEWHERE = "arn:aws:states:us-east-1:{}:stateMachine:publish"


def made(steps: list[dict[str, Any]], functions: list[str], folder: Any) -> flow.Workflow:
    (folder / "f.py").write_text("def handler(event, context): ...\n")
    plan = {
        "pattern": "flow",
        "name": "nightly",
        "notify": "never",
        "functions": [{"name": name, "code": "f.py"} for name in functions],
        "steps": steps,
    }
    return workflow(parse_plan(json.dumps(plan), folder=folder))


def called(found: flow.Workflow, key: str) -> dict[str, Any]:
    """What each step calls, by its name."""
    states = definition(found.machines[0].graph)["States"]
    return {
        name: arguments[key]
        for name, state in states.items()
        if key in (arguments := state.get("Arguments", {})) and isinstance(arguments[key], str)
    }


def test_state_machines_of_names_alike_are_told_apart(tmp_path: Any):
    names = ["my-flow", "myflow", "my-flow", "publish", ELSEWHERE.format("1" * 12), ELSEWHERE.format("2" * 12)]
    found = made([{"name": f"s{n}", "state_machine": name} for n, name in enumerate(names)], [], tmp_path)
    assert called(found, "StateMachineArn") == {
        "s0": "${Machinemyflow}",
        "s1": "${Machinemyflow2}",
        "s2": "${Machinemyflow}",
        "s3": "${Machinepublish}",
        "s4": "${Machinepublish2}",
        "s5": "${Machinepublish3}",
    }
    assert found.machines[0].substitutions == {
        "AlarmName": flow.StackName("flow-failed"),
        "Machinemyflow": flow.Arn("states", "stateMachine:", "my-flow"),
        "Machinemyflow2": flow.Arn("states", "stateMachine:", "myflow"),
        "Machinepublish": flow.Arn("states", "stateMachine:", "publish"),
        "Machinepublish2": ELSEWHERE.format("1" * 12),
        "Machinepublish3": ELSEWHERE.format("2" * 12),
    }


def test_a_state_machine_and_a_function_of_names_alike_are_told_apart(tmp_path: Any):
    steps = [{"name": "a", "lambda": "machine-x"}, {"name": "b", "state_machine": "XFunction"}]
    found = made(steps, ["machine-x"], tmp_path)
    assert called(found, "FunctionName") == {"a": "${MachineXFunction}"}
    assert called(found, "StateMachineArn") == {"b": "${MachineXFunction2}"}
    assert found.machines[0].substitutions == {
        "AlarmName": flow.StackName("flow-failed"),
        "MachineXFunction": flow.FunctionArn("MachineX"),
        "MachineXFunction2": flow.Arn("states", "stateMachine:", "XFunction"),
    }


def test_functions_of_names_alike_have_logical_ids_of_their_own(tmp_path: Any):
    for names, keys in (
        (["a", "A", "x", "A-"], ["A", "A2", "X", "A4"]),
        (["a3", "A", "a"], ["A3", "A", "A4"]),
        (["A", "x", "a", "a3"], ["A", "X", "A3", "A34"]),
    ):
        found = made([{"name": "w", "wait": 1}], names, tmp_path)
        assert [function.key for function in found.functions] == keys
