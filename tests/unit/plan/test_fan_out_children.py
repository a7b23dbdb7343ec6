"""Children of a master that are fan-outs, in a plan: defaults, environments, other jobs, and what runs at once."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from sfnorch.app.job_overrides import JobOverride, override_jobs
from sfnorch.errors import SfnorchError
from sfnorch.plan.item_chains import count_all_concurrent_items, list_item_chains
from sfnorch.plan.load import load_plan, parse_plan
from sfnorch.plan.models.fan_out import FanOutChild
from sfnorch.plan.models.master_child import MasterChildPlan
from sfnorch.plan.run_context import has_run_context
from sfnorch.plan.side_by_side import find_concurrent_jobs
from sfnorch.plan.warnings import find_plan_warnings

PLAN = """\
pattern: master-child
name: n
defaults: {retries: 2}
children:
- {name: orders, jobs: [extract]}
- name: tables
  items: [p, q]
  defaults: {worker_type: G.1X, number_of_workers: 2}
  jobs: [{name: load, arguments: {--i: '{% $item %}'}}, check]
environments:
  prod:
    job_suffix: -prod
    jobs: {load: {number_of_workers: 9}}
    children:
      tables: {max_concurrency: 7, items: [r], jobs: {check: null}}
      files: {add: true, items: input, jobs: [read]}
"""


def test_defaults_and_environments_apply_to_its_jobs(tmp_path: Path):
    path = tmp_path / "sfnorch.yaml"
    path.write_text(PLAN, encoding="utf-8")
    base, prod = load_plan(path), load_plan(path, "prod")
    assert isinstance(base, MasterChildPlan)
    assert isinstance(prod, MasterChildPlan)
    before, (_, after, files) = base.children[1], prod.children
    assert isinstance(before, FanOutChild)
    assert isinstance(after, FanOutChild)
    assert isinstance(files, FanOutChild)
    assert [(job.retries, job.number_of_workers) for job in before.jobs] == [(2, 2), (2, 2)]
    assert (after.max_concurrency, after.items.listed) == (7, ["r"])
    assert [(job.name, job.number_of_workers) for job in after.jobs] == [("load-prod", 9)]
    assert (files.items.input, files.jobs[0].name) == (
        True,
        "read-prod",
    )


def test_its_jobs_cannot_be_replaced():
    plan = parse_plan("{pattern: master-child, children: [{name: tables, items: [a], jobs: [b]}]}")
    with pytest.raises(SfnorchError, match="tables is a fan-out, whose jobs cannot be replaced; change the plan"):
        override_jobs(plan, [JobOverride("tables", ("c",))])


def test_a_plan_with_such_a_child_has_a_run():
    assert has_run_context(parse_plan("{pattern: master-child, children: [{items: [a], jobs: [b]}]}"))
    assert not has_run_context(parse_plan("{pattern: master-child, children: [{jobs: [b]}]}"))


def test_the_runs_of_a_job_in_a_chain_and_in_a_fan_out_add_up():
    plan = parse_plan(
        "{pattern: master-child, children: [{jobs: [a, b]}, {items: [x, y, z], jobs: [a, c], max_concurrency: 2}]}"
    )
    assert list(list_item_chains(plan)) == [("children", 1)]
    found = {each.job: (each.at_once, each.items) for each in find_concurrent_jobs(plan)}
    assert found == {"a": (3, True), "c": (2, True)}


def test_the_items_of_all_children_count_for_the_quota_of_job_runs():
    plan = parse_plan(
        "pattern: master-child\n"
        "children:\n"
        "- {items: input, jobs: [{name: a, job_run_queuing: true}], max_concurrency: 900}\n"
        "- {items: input, jobs: [{name: b, job_run_queuing: true}], max_concurrency: 1200}\n"
    )
    assert count_all_concurrent_items(plan) == 2_100
    (warning,) = find_plan_warnings(plan, datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert str(warning).startswith("children[1].max_concurrency: up to 2,100 items run a Glue job at the same time")
    assert warning.line == 4
