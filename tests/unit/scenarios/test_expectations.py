"""Expectations: what each says of a run that differs, on the documents of simulated runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from sfnorch.app.scenario_runs import Outcome, ScenarioRequest, run_scenarios
from sfnorch.scenarios.expectations import check_run
from sfnorch.scenarios.models import Expect
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.document import convert_run
from sfnorch.simulator.figures import compute_figures
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment
from tests.ministack import small_template

PLAN = """\
pattern: master-child
name: etl
children:
- {name: orders, jobs: [a, b]}
- {name: prices, jobs: [c]}
"""


@cache
def failed_run():
    """The run in which the job b fails."""
    template = evaluate_template(
        parse_template(small_template(PLAN), "template"), None, StackEnvironment(stack_name="etl")
    )
    behaviour = Behaviour(faults=[Fault("b", message="No space left")])
    run = run_machine(template, choose_machine(template), {}, behaviour)
    return convert_run(run, compute_figures(run))


@pytest.mark.parametrize(
    "expect",
    [
        {"status": "SUCCEEDED", "error": "", "output": {"contains": {"children": [{"any": True}]}}},
        {"executions": {"orders": "FAILED", "prices": {"status": "SUCCEEDED", "count": 1}}},
        {"executions": {"orders": {"failed_at": "b", "error": "GlueJobFailed", "cause": {"contains": "No space"}}}},
        {"executions": {"prices": {"failed_at": "", "states": {"contains": ["c"]}}, "other": {"count": 0}}},
        {"started": ["prices", "orders", "master"]},
        {"jobs": {"ran": ["c", "b", "a"], "order": ["a", "b"], "includes": ["c"], "not_run": ["d"]}},
        {"jobs": {"runs": {"a": 1, "b": {"status": "FAILED", "message": "No space left"}, "d": 0}}},
        {"notifications": [{"subject": {"contains": "1 of 2"}, "message": {"contains": "job b failed"}}]},
        {"alarms": {"orders-failed": "ALARM", "etl-prices-failed": "OK", "x": "INSUFFICIENT_DATA"}},
        {"ends_within": "10m", "transitions_at_most": 40, "cost_at_most": 0.01, "history_at_most": 100},
        {"assertions": ["$count(jobRuns) = 3", "executions[title = 'orders'].status = 'FAILED' /* comment */"]},
    ],
)
def test_expectations_that_hold(expect):
    assert check_run(Expect.model_validate(expect), failed_run(), "etl") == []


@pytest.mark.parametrize(
    ("expect", "differences"),
    [
        ({"status": "FAILED"}, [("expect.status", '"FAILED"', "SUCCEEDED", 600.0)]),
        (
            {"executions": {"orders": "SUCCEEDED"}},
            [("expect.executions.orders.status", '"SUCCEEDED"', "FAILED", 600.0)],
        ),
        (
            {"executions": {"order": "FAILED"}},
            [("expect.executions.order", "an execution", "nothing; there are: master, orders, prices", None)],
        ),
        ({"executions": {"orders": {"failed_at": "a"}}}, [("expect.executions.orders.failed_at", '"a"', "b", 600.0)]),
        (
            {"started": ["master", "orders", "x"]},
            [
                ("expect.started", "x", "nothing; there are: master, orders, prices", None),
                ("expect.started", "no prices", "prices", None),
            ],
        ),
        (
            {"jobs": {"ran": ["a", "b"], "includes": ["d"], "not_run": ["a"], "order": ["b", "a"]}},
            [
                ("expect.jobs.ran", "no c", "c", None),
                ("expect.jobs.includes", "a run of d", "nothing; there are: a, c, b", None),
                ("expect.jobs.not_run", "no run of a", "1 run", 0.0),
                ("expect.jobs.order[1]", "a run of a after b", ["a", "c", "b"], None),
            ],
        ),
        (
            {"jobs": {"runs": {"a": 2, "b": {"status": "SUCCEEDED"}, "d": {"status": "SUCCEEDED"}}}},
            [
                ("expect.jobs.runs.a.count", "2", 1, 0.0),
                ("expect.jobs.runs.b.status", '"SUCCEEDED"', "FAILED", 300.0),
                ("expect.jobs.runs.d", "a run of d", "nothing", None),
            ],
        ),
        (
            {"notifications": []},
            [("expect.notifications", "no notification", "[dev] etl: 1 of 2 child workflows failed", 600.0)],
        ),
        (
            {"notifications": [{"sender": "master"}, "again"]},
            [("expect.notifications[1]", 'a notification "again"', "nothing", None)],
        ),
        (
            {"notifications": [{"sender": "master", "subject": {"contains": "2 of 2"}}]},
            [
                (
                    "expect.notifications[0].subject",
                    'contains "2 of 2"',
                    "[dev] etl: 1 of 2 child workflows failed",
                    600.0,
                )
            ],
        ),
        (
            {"alarms": {"prices-failed": "ALARM"}},
            [("expect.alarms.prices-failed", "ALARM", "OK", 300.0)],
        ),
        ({"alarms": {}}, [("expect.alarms.orders-failed", "not ALARM", "ALARM", 600.0)]),
        (
            {"objects": {"s3://b/k": {"any": True}}},
            [("expect.objects.s3://b/k", "an object", "nothing; there are: none", None)],
        ),
        (
            {"ends_within": "5m", "transitions_at_most": 3, "history_at_most": 4},
            [
                ("expect.ends_within", "at most 05m", "10m", 600.0),
                ("expect.transitions_at_most", "at most 3", 22, None),
                ("expect.history_at_most", "at most 4", 37, None),
            ],
        ),
        (
            {"assertions": ["$count(jobRuns) > 3", "jobRuns", "$nothing", "1 + 'a'"]},
            [
                ("expect.assertions[0]", "true for $count(jobRuns) > 3", False, None),
                ("expect.assertions[1]", "true for jobRuns", "a value that is neither true nor false", None),
                ("expect.assertions[2]", "true for $nothing", "nothing", None),
                (
                    "expect.assertions[3]",
                    "true for 1 + 'a'",
                    'T2002: The right side of the "+" operator must evaluate to a number',
                    None,
                ),
            ],
        ),
    ],
)
def test_differences(expect, differences):
    found = check_run(Expect.model_validate(expect), failed_run(), "etl")
    assert [tuple(each)[:4] for each in found] == differences


SUITE = """\
scenarios:
- name: clean
- name: b fails
  given: {failures: {b: {message: No space left}}}
  expect: {executions: {orders: FAILED}}
- name: differs
  given: {failures: {b: always}}
  expect: {executions: {orders: SUCCEEDED}}
- name: unknown job
  given: {failures: {bb: always}, mocks: {Nothing: 1}}
"""


def test_scenarios_of_a_folder(tmp_path):
    (tmp_path / "sfnorch.yaml").write_text(PLAN)
    (tmp_path / "etl.sfntest.yaml").write_text(SUITE)
    seen = []
    report = run_scenarios(ScenarioRequest(files=(tmp_path,)), on_result=seen.append)
    assert tuple(seen) == report.results
    assert [(each.name, each.line, each.outcome) for each in report.results] == [
        ("clean", 2, Outcome.PASSED),
        ("b fails", 3, Outcome.PASSED),
        ("differs", 6, Outcome.FAILED),
        ("unknown job", 10, Outcome.ERROR),
    ]
    error = report.results[-1].error
    assert error is not None
    assert error.message == "given.mocks: unknown Task, Map or Parallel state 'Nothing'"
    (coverage,) = report.coverage.values()
    assert coverage.machines == ["master", "orders", "prices"]
    assert not report.has_passed
    missed = {str(part) for part in coverage.list_missed()}
    assert {"master.InvalidInput", "orders.a.Retry[0]", "prices.RaiseAlarm"} <= missed
    assert not {"orders.b.Catch[1]", "orders.RaiseAlarm", "master.NotifyFailure.Next"} & missed
    stopped = run_scenarios(ScenarioRequest(files=(Path(tmp_path),), keyword="F", stops_at_failure=True))
    assert [each.name for each in stopped.results] == ["b fails", "differs"]
    assert stopped.skipped == 0
