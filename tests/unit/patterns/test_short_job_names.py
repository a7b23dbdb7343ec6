"""Lists of jobs in an environment whose jobs have a suffix: names in the plan mean the jobs with their settings."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.errors import PlanError
from sfnorch.plan.job_lists import replace_jobs
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.run import simulate

ENVIRONMENT = "environments: {prod: {job_suffix: -prod}}"
JOBS = "[a, {name: b, retries: 1, arguments: {--n: 4}}, {name: b, retries: 1, arguments: {--n: 9}}]"
PLANS = {
    "master-child": f"children: [{{name: orders, jobs: {JOBS}}}]",
    "master-child in a map": f"job_states: false\nchildren: [{{name: orders, jobs: {JOBS}}}]",
    "dynamic": "jobs: [a, {name: b, retries: 1, arguments: {--n: 4}}]",  # which has settings for each job once
}


def parse(pattern: str) -> Any:
    return parse_plan(f"pattern: {pattern.split()[0]}\n{PLANS[pattern]}\n{ENVIRONMENT}\n", environment="prod")


def list_runs(pattern: str, names: list[str], **parameters: str) -> list[tuple[str, dict[str, str]]]:
    """Return the Glue job and the arguments of each job run; the first run of b fails, and is retried."""
    given: dict[str, Any] = {"glueJobs": names} if pattern == "dynamic" else {}
    if names and pattern != "dynamic":
        given = {"threads": [{"threadId": "T1", "glueJobs": names}]}
    behaviour = Behaviour(faults=(Fault(job="b-prod", times=1),))
    template = render_template(build_workflow(parse(pattern)), "sam")
    run = simulate(template, given, behaviour, parameters=parameters)
    assert run.first.status == "SUCCEEDED"
    return [(job.job, job.arguments) for job in run.job_runs]


@pytest.mark.parametrize("pattern", PLANS)
@pytest.mark.parametrize("suffix", ["", "-prod"])
def test_a_list_at_the_start_keeps_the_settings(pattern: str, suffix: str):
    again = [] if pattern == "dynamic" else [f"b{suffix} (2)"]
    assert list_runs(pattern, [f"b{suffix}", *again, "other"]) == [
        ("b-prod", {"--n": "4"}),
        ("b-prod", {"--n": "4"}),
        *(("b-prod", {"--n": "9"}) for _ in again),
        ("other", {}),
    ]


@pytest.mark.parametrize("name", ["b", "b-prod"])
def test_a_list_at_deployment_keeps_the_settings(name: str):
    runs = list_runs("master-child", [], OrdersGlueJobs=f" {name} ,other")
    assert runs == [("b-prod", {"--n": "4"}), ("b-prod", {"--n": "4"}), ("other", {})]


@pytest.mark.parametrize("name", ["a", "a-prod"])
def test_other_jobs_in_the_plan_are_those_of_the_environment(name: str):
    assert [job.name for job in replace_jobs(parse("master-child"), {0: [name, "other"]}).children[0].jobs] == [
        "a-prod",
        "other",
    ]


def test_a_name_in_the_plan_must_not_be_another_name_in_the_environment():
    with pytest.raises(PlanError) as error:
        parse_plan(f"pattern: dynamic\njobs: [a, a-prod]\n{ENVIRONMENT}\n", environment="prod")
    assert str(error.value) == (
        "environments.prod.job_suffix: the job 'a' would be 'a-prod', which is the name of another job in the plan; "
        "rename a job, or change job_suffix (sfnorch.yaml, line 3)"
    )
