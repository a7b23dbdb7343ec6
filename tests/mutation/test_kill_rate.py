"""The scenarios that `sfnorch test --init` writes fail for nearly every fault of a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.app.scenario_suite.suite import write_suite
from tests.mutation.kill_rate import measure_kill_rate

PLANS = {
    "master-child": (
        "pattern: master-child\nname: etl\nnotify: always\n"
        "children:\n- {name: orders, jobs: [extract, {name: load, retries: 1}]}\n"
    ),
    "dynamic": "pattern: dynamic\nname: on-demand\njobs: [{name: clean, arguments: {--mode: full}, retries: 1}]\n",
    "dag": (
        "pattern: dag\nname: lake\nnotify: always\n"
        "tasks:\n- {name: extract, glue_job: extract}\n- {name: load, glue_job: load, needs: [extract]}\n"
    ),
    "flow": (
        "pattern: flow\nname: daily\n"
        "steps:\n- {name: extract, glue_job: extract, save_as: extracted}\n- {name: load, glue_job: load, retry: 1}\n"
    ),
    "continuous": "pattern: continuous\nname: stream\nworkflow: events\n",
    "fan-out": (
        "pattern: fan-out\nname: tables\nitems: [orders, prices]\n"
        "jobs: [{name: extract, arguments: {--table: '{% $item %}'}}, load]\n"
    ),
}
LEAST = 0.95
LESS = {"fan-out": 0.8}
"""Patterns with more faults that no run shows: variables that only messages of other plans use, and empty outputs."""


def write(folder: Path, plan: str) -> Path:
    (folder / "sfnorch.yaml").write_text(plan, encoding="utf-8")
    output = folder / "sfnorch.sfntest.yaml"
    suite = write_suite(folder / "sfnorch.yaml", "", output)
    assert [str(part) for part in suite.coverage.list_missed()] == []
    output.write_text(suite.text, encoding="utf-8")
    return output


def test_faults_of_a_list_of_jobs_are_noticed(tmp_path: Path):
    rate = measure_kill_rate(write(tmp_path, PLANS["dynamic"]), every=5)
    assert rate.count > 10
    assert rate.share >= LEAST, rate.survivors


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PLANS)
def test_faults_of_a_pattern_are_noticed(tmp_path: Path, pattern: str):
    rate = measure_kill_rate(write(tmp_path, PLANS[pattern]), every=3)
    assert rate.count > 15
    assert rate.share >= LESS.get(pattern, LEAST), rate.survivors
