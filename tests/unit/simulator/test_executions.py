"""Executions: their ARNs, titles, limits and context objects, by the type of the machine."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.protocol.dag import name_task_execution
from sfnorch.simulator.record import Run
from tests.unit.simulator.test_services import HERE, machine, play

CONTEXT = {"Type": "Pass", "Output": "{% $states.context %}", "End": True}
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}


def play_express(states: dict[str, Any]) -> Run:
    return play({"unused": {"Type": "Succeed"}}, more={"M": machine(states, Name="m", Type="EXPRESS")})


def start(name: str, given: Any) -> dict[str, Any]:
    arguments = {"StateMachineArn": {"Ref": "C"}, "Name": name, "Input": given}
    return {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Arguments": arguments, "End": True}


def test_an_execution_of_an_express_machine_has_an_arn_of_its_own():
    run = play_express({"P": CONTEXT})
    name = run.first.name
    prefix, found, uuid = run.first.arn.rpartition(":")
    assert (prefix, found, len(uuid)) == (f"arn:aws:states:{HERE}:express:m:{name}", ":", 36)
    assert run.first.output["Execution"] == {
        "Id": run.first.arn,
        "Input": {},
        "Name": name,
        "RoleArn": "",
        "StartTime": "2026-01-01T00:00:00.000Z",
    }


def test_the_context_object_of_a_standard_execution():
    context = play({"P": CONTEXT}).first.output
    assert context["Execution"]["RedriveCount"] == 0
    assert context["State"] == {"Name": "P", "EnteredTime": "2026-01-01T00:00:00.000Z"}
    assert context.keys() == {"Execution", "StateMachine", "State"}


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Map", "Items": [], "ItemProcessor": {"StartAt": "P", "States": {"P": CONTEXT}}},
        {"Type": "Parallel", "Branches": [{"StartAt": "P", "States": {"P": CONTEXT}}]},
    ],
    ids=["Map", "Parallel"],
)
def test_states_that_can_be_retried_have_a_retry_count(state: dict[str, Any]):
    run = play({"S": {**state, "Output": "{% $states.context.State.RetryCount %}", "End": True}})
    assert run.first.output == 0


def test_an_express_execution_ends_after_five_minutes():
    run = play_express({"W": WAIT})
    assert (run.first.status, run.first.ended) == ("TIMED_OUT", 300.0)
    assert play({"W": WAIT}).first.status == "SUCCEEDED"


def test_executions_of_tasks_have_the_title_of_the_task():
    child = machine({"P": {"Type": "Pass", "End": True}}, Name="invoices")
    name = "nightly-0123456789abcdef"
    run = play({"S": start(name, {})}, more={"C": child})
    assert [execution.title for execution in run.executions] == ["m", "invoices"]
    task = {"task": "nightly", "run": "some run"}
    run = play({"S": start(name_task_execution("nightly", "some run"), task)}, more={"C": child})
    assert [execution.title for execution in run.executions] == ["m", "nightly"]
