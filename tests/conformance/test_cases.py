from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.record import Execution
from sfnorch.simulator.run import simulate

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # every test run reads the cases, whatever it runs
CASES: list[dict[str, Any]] = yaml.load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"), _LOADER)  # noqa: S506


def template(states: dict[str, Any], timeout: int | None = None) -> str:
    """A template whose one machine has these states; the first starts."""
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    if timeout is not None:
        definition["TimeoutSeconds"] = timeout
    properties = {"Role": "arn:aws:iam::123456789012:role/r", "Definition": definition}
    return json.dumps({"Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": properties}}})


def run(case: dict[str, Any]) -> Execution:
    given = case.get("input_value", case.get("input", {}))
    behaviour = Behaviour(mocks=case.get("mocks", {}))
    return simulate(template(case["states"], case.get("timeout")), given, behaviour).first


@pytest.mark.smoke
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_execution_comes_to(case: dict[str, Any]):
    execution = run(case)
    status = case.get("status", "SUCCEEDED")
    found = {"status": execution.status, "output": execution.output}
    expected = {"status": status, "output": case.get("output")}
    for key in ("error", "cause"):
        if key in case:
            found[key], expected[key] = getattr(execution, key), case[key]
    if "events" in case:
        found["events"], expected["events"] = execution.history, case["events"]
    if "entered" in case:
        found["entered"], expected["entered"] = execution.states, case["entered"]
    if "seconds" in case:
        assert execution.ended is not None
        found["seconds"], expected["seconds"] = execution.ended - execution.started, case["seconds"]
    assert found == expected
    assert execution.cause.endswith(case.get("cause_ends", ""))


def test_there_are_enough_cases_and_each_says_where_it_is_from():
    assert len(CASES) == 106
    assert {case["by"].split()[0] for case in CASES} == {"aws", "jsonata", "engine"}
    assert all(case["by"] == "engine" or "https://" in case["by"] for case in CASES)
    kinds = {state["Type"] for case in CASES for state in case["states"].values()}
    assert kinds == {"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"}
