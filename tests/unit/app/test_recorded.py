"""Parts of recorded scenarios: the state machines of a template, the order of jobs, durations as text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sfnorch.app.recorded.behaviour import format_seconds
from sfnorch.app.recorded.job_runs import RecordedActivity, RecordedRun
from sfnorch.app.recorded.names import MachineNames, guess_stack_name
from sfnorch.app.recorded.outcome import find_order
from sfnorch.app.sources import evaluate_source
from sfnorch.durations import parse_duration
from sfnorch.runs.record import Record
from sfnorch.runs.recorded import RecordedExecution
from sfnorch.template.contents import Template
from sfnorch.template.definition_files import parse_definition
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment
from tests.unit.runs.events import AT

TEMPLATE = """\
Resources:
  Master:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: !Sub ${AWS::StackName}-master
      DefinitionString: '{"StartAt": "x", "States": {"x": {"Type": "Succeed"}}}'
  Child:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: '{"StartAt": "x", "States": {"x": {"Type": "Succeed"}}}'
"""
ONE, OTHER = (RecordedExecution(arn=f"arn:{name}", record=Record(started=AT)) for name in ("one", "other"))


def evaluate(stack_name: str = "etl") -> Template:
    return evaluate_source(parse_template(TEMPLATE, "t.yaml"), None, StackEnvironment(stack_name=stack_name))


def make_run(name: str, begin: float, end: float | None, execution: RecordedExecution = ONE, status: str = "SUCCEEDED"):
    ended = None if end is None else AT + timedelta(seconds=end)
    started = AT + timedelta(seconds=begin)
    seconds = 0.0 if end is None else end - begin
    return RecordedRun(
        name=name, execution=execution, started=started, ended=ended, status=status, message="", seconds=seconds
    )


@pytest.mark.parametrize(
    ("name", "logical_id"),
    [
        ("etl-master", "Master"),
        ("etl-master/items", "Master"),
        ("Child-AbC123", "Child"),
        ("etl-Child-AbC123", "Child"),
        ("dev-master", None),
        ("Child", None),
        ("etl-Child", None),
        ("etl-Children-AbC123", None),
    ],
)
def test_a_state_machine_is_found_by_its_name_in_aws(name: str, logical_id: str | None):
    found = MachineNames(evaluate(), "x").find(name)
    assert (found.logical_id if found else None) == logical_id


def test_a_definition_is_that_of_the_first_execution():
    source = parse_definition('{"StartAt": "x", "States": {"x": {"Type": "Succeed"}}}', "some.asl.json")
    names = MachineNames(evaluate_source(source, None, StackEnvironment()), "etl-master")
    assert names.find("etl-master") is names.template.machines[0]
    assert names.find("some") is None


@pytest.mark.parametrize(
    ("name", "stack_name"), [("nightly-master", "nightly"), ("a-b-Child-AbC", "a-b"), ("Child-AbC", ""), ("other", "")]
)
def test_the_stack_of_a_name(name: str, stack_name: str):
    assert guess_stack_name(evaluate("stack"), name) == stack_name


def test_the_order_of_jobs_that_have_a_reason():
    runs = [
        make_run("a", 0, 10),
        make_run("b", 10, 20),
        make_run("elsewhere", 10.1, 12, OTHER),
        make_run("after", 30, 40, OTHER),
        make_run("parallel", 31, None),
    ]
    assert find_order(ONE, runs) == ["a", "b", "after"]
    assert find_order(ONE, []) == []


def test_the_order_of_what_failed_among_equals():
    runs = [
        make_run("a", 0, 10),
        make_run("b", 10, 20),
        make_run("c", 0, 10, OTHER),
        make_run("d", 10, 20, OTHER, "FAILED"),
    ]
    assert find_order(ONE, runs) == ["c", "d"]


def test_how_many_runs_ran_at_once():
    activity = RecordedActivity(name="a")
    assert activity.peak == 0
    activity.runs = [make_run("a", 0, 10), make_run("a", 5, None), make_run("a", 9, 20), make_run("a", 10, 11)]
    assert activity.peak == 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.1s"),
        (1, "1s"),
        (1.26, "1.3s"),
        (9.96, "10s"),
        (59.6, "1m"),
        (61, "1m1s"),
        (3600, "1h"),
        (3665.4, "1h1m5s"),
        (90_000, "25h"),
    ],
)
def test_durations_as_scenarios_read_them(seconds: float, text: str):
    assert format_seconds(seconds) == text
    assert parse_duration(text) is not None
