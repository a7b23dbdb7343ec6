"""What a plan with many items is told about quotas, and what the page about them says of state transitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.wire import Fault, Wire, json_answer, json_error

PLAN = """\
pattern: fan-out
items: input
max_concurrency: 300
jobs: [{name: a, job_run_queuing: true}]
"""
BY_DEFAULT = (
    "max_concurrency: up to 300 items run a Glue job at the same time, and by default an account can have 200 concurrent "
    "job runs; set max_concurrency to 200 or less, or raise the quota of Glue (sfnorch.yaml, line 3)"
)
OF_ACCOUNT = (
    "up to 300 items run a Glue job at the same time, and the account can have 50 concurrent job runs: set "
    "max_concurrency: 50, or raise the quota L-5E4153CA of Glue"
)


def test_render_warns(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    done = run("render")
    assert (done.code, f"Warning: {BY_DEFAULT}" in done.err) == (0, True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (json_answer({"Quota": {"Value": 50.0}}), [OF_ACCOUNT]),
        (json_answer({"Quota": {"Value": 300.0}}), []),
        (json_error("AccessDeniedException", "not allowed"), [BY_DEFAULT]),
    ],
)
def test_deploy_proposes_a_concurrency(answer: bytes, said: list[str], run: Run, wire: Wire):
    Path("sfnorch.yaml").write_text(PLAN)
    job = {"Name": "a", "ExecutionProperty": {"MaxConcurrentRuns": 900}}
    wire.faults = [
        Fault("ListJobs", json_answer({"JobNames": ["a"]}), times=9),
        Fault("BatchGetJobs", json_answer({"Jobs": [job]})),
        Fault("GetServiceQuota", answer),
    ]
    done = run("deploy", "--yes", "--no-execute", "--stack-name", "s")
    assert done.code == 0, done.err
    assert [line for line in done.err.splitlines() if line.startswith("warning")] == [f"warning: {one}" for one in said]


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_item_has_a_state_transition_per_job_and_three_more(jobs: int, run: Run):
    names = [f"job-{number}" for number in range(jobs)]
    found = []
    for items in (5, 15):
        plan = {"pattern": "fan-out", "items": list(range(items)), "jobs": names}
        Path("sfnorch.yaml").write_text(json.dumps(plan))
        done = run("simulate", "--concurrent-runs", "*=15", "--output", "json")
        found.append(json.loads(done.out)["figures"]["transitions"])
    assert found == [5 * (jobs + 3) + 10, 15 * (jobs + 3) + 10]
