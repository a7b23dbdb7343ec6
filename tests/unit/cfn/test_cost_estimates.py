"""The estimated cost on a dashboard, against simulated runs, and the jobs that have a price."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from sfnorch.cfn.cost_estimates import describe_cost, list_job_costs, list_transition_costs
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.prices import PRICE_PER_1000
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.workflow import Workflow
from tests.unit.patterns.test_deadlines import read_template

CHAINS = {
    "pattern": "master-child",
    "notify": "always",
    "children": [{"name": "orders", "jobs": ["a", "b", "c"]}, {"name": "sales", "jobs": ["d"]}],
}
FLOW = {
    "pattern": "flow",
    "steps": [{"name": "load", "glue_job": "a"}, {"parallel": [[{"name": "x", "glue_job": "b"}], [{"name": "y", "wait": "5m"}]], "name": "both"}],
}  # fmt: skip


def make_workflow(plan: dict[str, Any]) -> Workflow:
    return build_workflow(parse_plan(yaml.safe_dump(plan)))


def list_expressions(metrics: list[Any]) -> dict[str, str]:
    """The expression of each metric that has one, by its label."""
    return {metric[0]["label"]: metric[0]["expression"] for metric in metrics if isinstance(metric[0], dict)}


@pytest.mark.parametrize("plan", [CHAINS, FLOW], ids=["chains", "flow"])
def test_the_price_of_an_execution_is_that_of_a_simulated_one(plan: dict[str, Any]):
    template = read_template(plan)
    run = run_machine(template, choose_machine(template), {})
    entered = {execution.title: len(execution.states) for execution in run.executions}
    found = list_expressions(list_transition_costs(make_workflow(plan)))
    assert found == {
        f"{name} ${{!SUM}}": f"started{number} * {count * PRICE_PER_1000 / 1000:.6f}"
        for number, (name, count) in enumerate(entered.items())
    }


def test_a_machine_with_items_says_so():
    workflow = make_workflow({"pattern": "fan-out", "items": ["x", "y"], "jobs": ["a"]})
    [label] = list_expressions(list_transition_costs(workflow))
    assert label == "fan-out without items ${!SUM}"
    assert "Not counted: retries, repeated polls and the items of Map states (fan-out)." in describe_cost(workflow)


def test_jobs_whose_workers_the_plan_sets():
    workflow = make_workflow(
        {
            "pattern": "master-child",
            "defaults": {"worker_type": "G.2X", "number_of_workers": 5},
            "children": [
                {"name": "orders", "jobs": ["a", {"name": "b", "execution_class": "FLEX"}, "twice"]},
                {
                    "name": "sales",
                    "jobs": [
                        {"name": "r", "worker_type": "R.1X", "number_of_workers": 1},
                        {"name": "twice", "number_of_workers": 9},
                    ],
                },
            ],
        }
    )
    metrics = list_job_costs(workflow)
    assert list_expressions(metrics) == {
        "a ${!SUM}": "elapsed0 / 3600000 * 4.400000",
        "b ${!SUM}": "elapsed1 / 3600000 * 2.900000",
        "r ${!SUM}": "elapsed2 / 3600000 * 0.520000",
    }
    assert metrics[1] == [
        *("Glue", "glue.driver.aggregate.elapsedTime", "JobName", "a", "JobRunId", "ALL", "Type", "count"),
        {"id": "elapsed0", "stat": "Sum", "visible": False},
    ]
    assert "of jobs with job metrics: 3 of 4 jobs." in describe_cost(workflow)


SETTINGS = {"worker_type": "G.1X", "number_of_workers": 2}


@pytest.mark.parametrize(
    ("plan", "jobs"),
    [
        ({"pattern": "dynamic", "jobs": [{"name": "a", **SETTINGS}, "b"]}, ["a"]),
        ({"pattern": "master-child", "job_states": False, "children": [{"name": "x", "jobs": [{"name": "a", **SETTINGS}, "b"]}]}, ["a"]),
        ({"pattern": "dag", "tasks": [{"name": "t", "glue_job": "a", **SETTINGS}, {"name": "u", "glue_job": "b", "needs": ["t"]}]}, ["a"]),
        ({"pattern": "fan-out", "items": ["x"], "jobs": [{"name": "a", **SETTINGS}, "b"]}, ["a"]),
        ({"pattern": "flow", "steps": [{"name": "s", "glue_job": "a", **SETTINGS}, {"name": "t", "glue_job": "b"}]}, ["a"]),
        # with and without workers
        ({"pattern": "master-child", "job_states": False, "children": [{"name": "x", "jobs": [{"name": "a", **SETTINGS}, {"name": "a", "arguments": {"--x": "1"}}]}]}, []),
        ({"pattern": "dag", "tasks": [{"name": "t", "glue_job": "a", **SETTINGS}, {"name": "u", "glue_job": "a", "needs": ["t"]}]}, []),
    ],
)  # fmt: skip
def test_the_jobs_of_each_pattern(plan: dict[str, Any], jobs: list[str]):
    found = list_expressions(list_job_costs(make_workflow(plan)))
    assert found == {f"{name} ${{!SUM}}": f"elapsed{number} / 3600000 * 0.880000" for number, name in enumerate(jobs)}


def test_a_plan_without_workers():
    workflow = make_workflow(CHAINS)
    assert list_job_costs(workflow) == []
    assert "no job: the plan does not set the worker type and the number of workers of any job" in describe_cost(
        workflow
    )


def test_many_jobs_have_one_graph():
    jobs = [f"job-{number}" for number in range(100)]
    plan = {
        "pattern": "master-child",
        "dashboard": True,
        "defaults": {"worker_type": "G.1X", "number_of_workers": 2},
        "children": [{"name": "orders", "jobs": jobs}],
    }
    assert len(list_job_costs(make_workflow(plan))) == 100
    assert "50 of 100 jobs" in describe_cost(make_workflow(plan))


def test_the_graphs_are_below_what_they_explain():
    plan = {**CHAINS, "dashboard": True, "defaults": {"worker_type": "G.1X", "number_of_workers": 2}}
    template = read_template(plan)
    body = template.stack.get_section("Resources")["Dashboard"]["Properties"]["DashboardBody"]
    text, transitions, jobs = json.loads(body["Fn::Sub"])["widgets"][-3:]
    assert text["properties"]["markdown"].startswith("## Estimated cost\n")
    assert [(each["x"], each["y"], each["properties"]["period"]) for each in (transitions, jobs)] == [
        (0, text["y"] + text["height"], 86_400),
        (12, text["y"] + text["height"], 86_400),
    ]
