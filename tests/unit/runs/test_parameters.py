"""What is found about the parameters of a run before it starts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.runs.parameters import (
    has_run_context,
    list_declared,
    merge_params,
    refuse_params,
)
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

DECLARED: list[Json] = [
    {"name": "run_date", "type": "date", "default": "yesterday", "atDeploy": "", "required": False},
    {"name": "mode", "type": "enum", "values": ["full", "delta", 3], "atDeploy": "full", "required": True},
    {"name": "count", "type": "integer", "required": False},
    {"name": "dry", "type": "boolean", "default": False, "required": False},
    {"name": "since", "type": "timestamp", "default": "scheduled_time", "required": False},
    {"name": "table", "type": "string", "atDeploy": "", "required": True},
]


def definition_of(declared: list[Json]) -> dict[str, Json]:
    return {"StartAt": "DescribeRun", "States": {"DescribeRun": {"Type": "Pass", "Assign": {"declared": declared}}}}


def faults_of(params: dict[str, Json], declared: list[Json] = DECLARED) -> list[str]:
    with pytest.raises(SfnorchError) as error:
        refuse_params("the state machine master", definition_of(declared), params)
    expected = "set parameters with --param NAME=VALUE" if declared is DECLARED else ""
    assert error.value.hint == expected
    return error.value.message.splitlines()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"run_date": "today", "mode": "delta", "count": "12", "dry": "true", "since": "scheduled_time"},
        {"run_date": "2026-02-28", "mode": "3", "count": 12, "dry": True, "since": "2026-02-28T03:00:00+01:00"},
        {"mode": 3, "count": "-7", "dry": False, "since": "2026-02-28T03:00:00.123Z"},
        {"count": 12.0, "run_date": None, "mode": None},
        {"table": "{% $x %}' \" ${a} \n", "count": None},
    ],
)
def test_values_that_a_machine_can_accept(params: dict[str, Json]):
    refuse_params("the state machine master", definition_of(DECLARED), {"table": "orders", **params})


def test_all_faults_are_found_at_once():
    params: dict[str, Json] = {
        "run_date": "2026-02-30",
        "mode": "fill",
        "count": "twelve",
        "dry": "perhaps",
        "since": "noon",
        "rundate": "x",
        "zzz": [],
    }
    assert faults_of(params) == [
        "unknown parameter 'rundate'; did you mean run_date?",
        "unknown parameter 'zzz'; available: run_date, mode, count, dry, since, table",
        "parameter run_date: expected a date such as 2026-01-31, today, yesterday or month_start, got '2026-02-30'",
        "parameter mode: expected one of full, delta, 3, got 'fill'",
        "parameter count: expected a whole number of at most 15 digits, got 'twelve'",
        "parameter dry: expected true or false, got 'perhaps'",
        "parameter since: expected a timestamp such as 2026-01-31T03:00:00Z, or scheduled_time, got 'noon'",
        "parameter table: required, and neither the plan nor the stack has a value",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), (1.5, "1.5"), (10**15, "1000000000000000"), ("x" * 100, repr("x" * 60 + "…")), ([1], "an array")],
)
def test_how_a_value_is_shown(value: Json, shown: str):
    assert faults_of({"table": "t", "count": value}) == [
        f"parameter count: expected a whole number of at most 15 digits, got {shown}"
    ]


VALUES: list[Json] = [
    *("today", "yesterday", "month_start", "Today", "scheduled_time", "true", "false", "TRUE", "full", "delta", "3"),
    *("", " ", "0", "-0", "7", "-7", "+7", "07", " 7", "7\n", "7.0", "999999999999999", "9999999999999999", "1e3"),
    *("2026-01-31", "2026-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "2026-13-01", "2026-1-1", "0999-01-01"),
    *("2026-01-31\n", "20260131", "2026-04-31", "2026-01-00", "\u0662026-01-31", "2026-W01-1"),
    *(
        "2026-01-31T03:00:00Z",
        "2026-01-31T03:00Z",
        "2026-01-31 03:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T03:00:00",
    ),
    *("2026-01-31T03:00:00.123456789+05:30", "2026-01-31T03:00:00.Z", "2026-01-31T03:00:00z", "2026-02-30T03:00:00Z"),
    *("2026-01-31T03:00:60Z", "2026-01-31T03:00:00+24:00", "2026-01-31T03:00:00Z\n", "{% 1 %}", "${X}"),
    *(0, -7, 3, 1.5, 2.0, 1e300, True, False, [], {}, ["full"], {"a": 1}, ["3"], [3]),
]
PLAN = """\
pattern: dynamic
jobs: [a]
parameters:
  string: {default: x}
  integer: {type: integer, default: 1}
  boolean: {type: boolean, default: true}
  date: {type: date, default: today}
  timestamp: {type: timestamp, default: scheduled_time}
  enum: {type: enum, values: [full, delta, 3], default: full}
"""


def test_what_is_refused_before_a_run_is_what_the_state_machine_refuses():
    template = evaluate_template(parse_template(render_template(build_workflow(parse_plan(PLAN)), "cfn"), "t"))
    machine = choose_machine(template)
    assert machine.definition is not None
    definition = machine.definition.data
    names = [str(parameter.get("name")) for parameter in list_declared(definition)]
    assert names == ["string", "integer", "boolean", "date", "timestamp", "enum"]
    for value in VALUES:
        params = dict.fromkeys(names, value)
        run = run_machine(template, machine, {"params": params, "glueJobs": ["a"]}, is_rendered=True)
        by_machine = re.findall(r"the parameter (\w+) must be", run.first.cause)
        found: list[str] = []
        try:
            refuse_params("m", definition, params)
        except SfnorchError as error:
            found = re.findall(r"^parameter (\w+):", error.message, re.MULTILINE)
        assert found == by_machine, (value, run.first.cause)


def test_a_machine_without_parameters():
    without = "the state machine master has no parameters; declare them in the plan under `parameters`, and deploy it"
    assert faults_of({"a": "b"}, []) == [without]
    refuse_params("the state machine master", definition_of([]), {})
    with pytest.raises(SfnorchError) as error:
        refuse_params("the state machine master", {"States": {"Begin": {"Type": "Pass"}}}, {"a": 1})
    assert error.value.message == without


@pytest.mark.parametrize("declared", [None, "x", {"a": 1}, ["x", 1]])
def test_a_definition_of_another_program(declared: Any):
    assert faults_of({"a": "b"}, declared) == [
        "the state machine master has no parameters; declare them in the plan under `parameters`, and deploy it"
    ]


def test_the_run_context_is_recognized():
    assert has_run_context(definition_of([]))
    assert not has_run_context({"States": {"DescribeRun": {"Type": "Wait"}}})


def test_values_replace_those_of_the_input():
    assert merge_params({"params": {"a": 1, "b": 2}, "threads": []}, {"b": "3"}) == {"a": 1, "b": "3"}
    assert merge_params(None, {"b": "3"}) == {"b": "3"}
    assert merge_params({"params": None}, {}) == {}
    with pytest.raises(RequestError, match="execution_input: params must be an object"):
        merge_params({"params": ["a"]}, {"b": "3"})
