"""Policies for the jobs of large plans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from tests.template_yaml import yaml_1_1

JOBS = [f"job-{number:03}-{'x' * 60}" for number in range(180)]


def policies(jobs: Sequence[str]) -> dict[str, Any]:
    tasks = "".join(f"- {{name: t{index}, glue_job: {job}}}\n" for index, job in enumerate(jobs))
    template = yaml_1_1(render_template(build_workflow(parse_plan(f"pattern: dag\ntasks:\n{tasks}")), "cfn"))
    resources: dict[str, Any] = template["Resources"]
    return {name: body for name, body in resources.items() if name.startswith("TaskJobsPolicy")}


def test_policies_do_not_depend_on_the_order_of_tasks():
    made = policies(JOBS)
    assert sorted(made) == ["TaskJobsPolicy00", "TaskJobsPolicy01", "TaskJobsPolicy10", "TaskJobsPolicy11"]
    assert policies(JOBS[::-1]) == made
