"""The parts with which the first scenarios of a plan are written: tables, expectations, errors."""

from __future__ import annotations

import pytest

from sfnorch.app.scenario_suite.errors import choose_error
from sfnorch.app.scenario_suite.expected import describe_expected
from sfnorch.app.scenario_suite.search import read_suggested_mock
from sfnorch.app.scenario_suite.tables import merge_scenarios
from sfnorch.app.simulated.preparation import read_simulated_template
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulation import simulate_template
from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan
from sfnorch.scenarios.examples import fill_row
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.document import convert_run
from sfnorch.template.located import Object, SourceLocation
from sfnorch.template.states import LocatedState, StateScope

PLAN = """\
pattern: master-child
name: etl
children:
- {name: orders, jobs: [extract, load]}
- {name: prices, jobs: [price]}
"""


def simulate(**given):
    template = read_simulated_template(SimulateRequest(plan=parse_plan(PLAN)))
    request = SimulateRequest(behaviour=Behaviour(**given))
    simulation = simulate_template(template, request)
    return convert_run(simulation.run, simulation.figures)


def scenario(job, child, left):
    return {
        "name": f"{job} fails",
        "given": {"failures": {job: "always"}},
        "expect": {"executions": {child: "FAILED"}, "alarms": {f"{child}-failed": "ALARM"}, "jobs": {"not_run": left}},
    }


def test_scenarios_with_the_same_form_become_a_table():
    rows = [scenario("extract", "orders", ["load"]), scenario("price", "prices", [])]
    (merged,) = merge_scenarios(rows, "job")
    assert merged["name"] == "<job> fails"
    assert merged["given"] == {"failures": {"<job>": "always"}}
    assert [
        fill_row({key: value for key, value in merged.items() if key != "examples"}, row) for row in merged["examples"]
    ] == rows
    assert next(iter(merged["examples"][0])) == "job"


@pytest.mark.parametrize(
    "other",
    [
        {"name": "load fails twice", "expect": {"status": "FAILED"}},
        {"name": "load fails", "expect": {"status": "FAILED", "retries": 0}},
        {"name": "load fails", "input": {}, "expect": {"status": "FAILED"}},
    ],
)
def test_scenarios_with_another_form_stay_alone(other):
    first = {"name": "extract fails", "expect": {"status": "FAILED"}}
    assert merge_scenarios([first, other], "job") == [first, other]


def test_a_table_keeps_texts_that_only_look_like_a_column():
    rows = [
        {"name": "a fails", "expect": {"cause": "a <job> and alpha"}},
        {"name": "b fails", "expect": {"cause": "b <job> and alpha"}},
    ]
    merged = merge_scenarios(rows, "job")
    assert merged == rows or [fill_row(merged[0]["expect"], row) for row in merged[0]["examples"]] == [
        row["expect"] for row in rows
    ]


def test_the_first_run_is_described_as_a_whole():
    run = simulate()
    found = describe_expected(run, run, "etl")
    assert found["status"] == "SUCCEEDED"
    assert found["jobs"] == {"order": ["extract", "price", "load"]}
    assert found["alarms"] == {"orders-failed": "OK", "prices-failed": "OK"}
    assert found["notifications"] == []
    assert found["output"]["children"][0] == {
        "child": "orders",
        "status": "SUCCEEDED",
        "executionArn": {"any": True},
        "jobCount": 2,
    }


def test_of_another_run_the_differences_are_described():
    found = describe_expected(simulate(faults=[Fault("extract", message="No space left")]), simulate(), "etl")
    assert found["executions"] == {"orders": {"status": "FAILED", "error": "GlueJobFailed", "failed_at": "extract"}}
    assert found["jobs"] == {"not_run": ["load"], "runs": {"extract": {"status": "FAILED"}}}
    assert found["alarms"] == {"orders-failed": "ALARM"}
    (message,) = found["notifications"]
    assert message["subject"] == "[dev] etl: 1 of 2 child workflows failed"
    assert "orders: job extract failed\n  No space left" in message["message"]["contains"]
    assert found["retries"] == 0
    assert found["assertions"][0] == ('"Job extract of orders failed: No space left" in alarms[after = "ALARM"].reason')


def build_state(**body):
    place = SourceLocation("template", 1)

    def convert(value):
        if isinstance(value, dict):
            return Object(place, [(key, convert(item), 1) for key, item in value.items()])
        return [convert(item) for item in value] if isinstance(value, list) else value

    data = convert({"Type": "Task", **body})
    scope = StateScope(body=data, path=(), parent=None)
    return LocatedState(name="State", kind=data["Type"], body=data, path=(), scope=scope, jsonata=True, transitions=())


SNS = "arn:aws:states:::sns:publish"


@pytest.mark.parametrize(
    ("body", "key", "index", "error"),
    [
        ({"Catch": [{"ErrorEquals": ["States.ALL"]}], "Resource": SNS}, "Catch", 0, "SNS.AuthorizationErrorException"),
        ({"Retry": [{"ErrorEquals": ["Glue.X"]}]}, "Retry", 0, "Glue.X"),
        ({"Retry": [{"ErrorEquals": ["A"]}, {"ErrorEquals": ["A", "B"]}]}, "Retry", 1, "B"),
        ({"Catch": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["States.Timeout"]}]}, "Catch", 1, ""),
        ({"Type": "Parallel", "Catch": [{"ErrorEquals": ["States.ALL"]}]}, "Catch", 0, "States.BranchFailed"),
    ],
)
def test_an_error_that_the_handler_is_the_first_to_match(body, key, index, error):
    assert choose_error(build_state(**body), key, index) == error


def test_the_mock_that_an_error_suggests():
    error = SfnorchError("x cannot be simulated", hint="specify its result: --mock 'x y={\"Output\": {}}'")
    assert read_suggested_mock(error) == {"x y": {"Output": {}}}
    assert read_suggested_mock(SfnorchError("x")) == {}
