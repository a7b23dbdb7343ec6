"""The visits of states in a report of a simulation: when, the errors, and the values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfnorch import Behaviour, SimulateRequest, simulate
from sfnorch.report.pictures.drawn_run import DrawnMachine, DrawnVisit
from sfnorch.report.pictures.simulated import draw_simulation
from sfnorch.report.pictures.state_graph import describe_reach
from sfnorch.report.pictures.state_visits import draw_visits
from sfnorch.report.pictures.values import format_cause, format_text, format_value
from sfnorch.report.tones import Tone
from sfnorch.state_visits import AttemptError, StateVisit

LAMBDA = "arn:aws:states:::lambda:invoke"


def draw(folder: Path, states: dict[str, Any], given: Any = None, mocks: dict[str, Any] | None = None) -> DrawnMachine:
    """The states of a definition, which begins with the state A, after a simulated run."""
    path = folder / "d.asl.json"
    path.write_text(json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": states}))
    request = SimulateRequest(
        template=path, execution_input=given or {}, behaviour=Behaviour(mocks=mocks or {}), keeps_visits=True
    )
    (machine,) = draw_simulation(simulate(request)).machines
    return machine


def call(**more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": "f", "Payload": {"n": 1}}, **more}


def test_a_task_that_is_retried_and_whose_error_is_caught(tmp_path: Path):
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 1}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B", "Output": "{% $states.errorOutput.Error %}"}]
    states = {"A": call(Retry=retry, Catch=catch, End=True), "B": {"Type": "Pass", "End": True}}
    machine = draw(tmp_path, states, {"x": 1}, {"A": {"Throw": {"Error": "E", "Cause": '{"why": "no space"}'}}})
    cause = '{\n  "why": "no space"\n}'
    assert machine.visits == {
        "A": [
            DrawnVisit(
                "⚠ Visit: T+00s, took 02s, error caught",
                Tone.OTHER,
                [
                    ("Execution", "d"),
                    ("Left", "T+02s for B"),
                    ("Errors", f"T+00s E: {cause}, retried after 02s\nT+02s E: {cause}"),
                    ("Input", '{\n  "x": 1\n}'),
                    ("Arguments", '{\n  "FunctionName": "f",\n  "Payload": {\n    "n": 1\n  }\n}'),
                    ("Output", '"E"'),
                ],
            )
        ],
        "B": [
            DrawnVisit(
                "✓ Visit: T+02s, took 00s, succeeded",
                Tone.GOOD,
                [
                    ("Execution", "d"),
                    ("Left", "T+02s at the end of its scope"),
                    ("Input", '"E"'),
                    ("Output", "the same as the input"),
                ],
            )
        ],
    }
    assert describe_reach(machine, "A") == "entered once, retried, error caught"


def test_the_first_visits_and_the_last_one_with_their_items(tmp_path: Path):
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Output": "{% $states.input * 2 %}", "End": True}}}
    states = {
        "A": {"Type": "Map", "Items": "{% [1..1500] %}", "ItemProcessor": inner, "MaxConcurrency": 1, "End": True}
    }
    machine = draw(tmp_path, states)
    assert [(visit.title, dict(visit.facts)) for visit in machine.visits["B"]] == [
        (
            f"✓ Visit {number:,} of 1,500: T+00s, took 00s, succeeded",
            {
                "Execution": f"d, item {number - 1}",
                "Left": "T+00s at the end of its scope",
                "Input": f"{number}",
                "Output": f"{2 * number}",
            },
        )
        for number in (1, 2, 3, 1500)
    ]
    assert describe_reach(machine, "B") == "entered 1,500 times"


def test_a_state_that_fails_and_one_that_is_stopped_with_it(tmp_path: Path):
    branches = [
        {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Mine", "Cause": "because"}}},
        {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": True}}},
    ]
    machine = draw(tmp_path, {"A": {"Type": "Parallel", "Branches": branches, "End": True}})
    assert {name: [(each.title, each.tone) for each in visits] for name, visits in machine.visits.items()} == {
        "A": [("✗ Visit: T+00s, failed", Tone.BAD)],
        "Bad": [("✗ Visit: T+00s, failed", Tone.BAD)],
        "Slow": [("○ Visit: T+00s, not left", Tone.OTHER)],
    }
    assert dict(machine.visits["A"][0].facts) == {
        "Execution": "d",
        "Errors": "T+00s Mine: because",
        "Input": "{}",
        "Arguments": "the same as the input",
    }


def test_a_simulation_keeps_visits_only_for_a_report(tmp_path: Path):
    assert simulate(SimulateRequest()).run.visits is None


def test_many_errors_of_a_visit_are_counted():
    visit = StateVisit(entered=0.0, input="{}")
    for number in range(20):
        visit.add_error(AttemptError(float(number), "E", "", 1.0))
    visit.has_failed = True
    (drawn,) = draw_visits(
        [visit], 1, format_moment=str, format_value=format_text, name_execution=lambda _: "execution"
    )
    assert dict(drawn.facts)["Errors"].split("\n") == [
        *(f"{number}.0 E, retried after 01s" for number in range(4)),
        "… and 15 more errors",
        "19.0 E, retried after 01s",
    ]


@pytest.mark.parametrize(
    ("cause", "shown"),
    [
        ("no space", "no space"),
        ('{"Cause": "{\\"job\\": \\"a\\"}", "n": 1}', format_value({"Cause": {"job": "a"}, "n": 1})),
        ('{"Cause": "{cut', '{"Cause": "{cut'),
        ("x" * 2_000, "x" * 1_500 + "\n… cut off after 1,500 characters"),
    ],
)
def test_the_cause_of_an_error(cause: str, shown: str):
    assert format_cause(cause) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1}', '{\n  "a": 1\n}'),
        ('"a"', '"a"'),
        ('{"a": "x', '{"a": "x'),
        ("[" + "x" * 9_000, "[" + "x" * 3_999 + "\n… cut off after 4,000 characters"),
    ],
)
def test_a_value_of_a_history(text: str, shown: str):
    assert format_text(text) == shown
