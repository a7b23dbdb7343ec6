"""A fan-out as a child of a master: it does what it does alone, disturbs no other child, and its rest is resumed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.resuming import plan_resume, start_resume
from sfnorch.errors import SfnorchError
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import choose_machine, run_machine
from tests.master_fan_outs import MasterFake
from tests.unit.patterns.fan_outs import (
    CHILD,
    child_of,
    children_of,
    fan_out,
    jobs_of,
    master_of,
    run_master,
    tables,
)

pytestmark = pytest.mark.slow

JOBS = ["extract", "check", "load"]
CHAIN = ["clean", "publish"]
TEMPLATE = master_of(
    {"name": "orders", "jobs": CHAIN},
    {**CHILD, "jobs": JOBS, "items": "input", "max_concurrency": 3},
    {**CHILD, "jobs": JOBS, "items": [{"table": "x"}, {"table": "y"}], "name": "files"},
)

failures = st.dictionaries(st.sampled_from([*JOBS, *CHAIN]), st.integers(0, 9))
fates = st.lists(st.sampled_from([None, *range(len(JOBS))]), min_size=1, max_size=8)
"""For each item the number of the job that fails; None for an item that succeeds."""


@settings(max_examples=12, deadline=None)
@given(fates, st.integers(1, 4), st.sampled_from(["100%", "50%", 0, 2]))
def test_a_fan_out_does_as_a_child_what_it_does_alone(broken: list[int | None], at_once: int, tolerated: Any):
    items = [{"table": f"t{index}", "broken": -1 if job is None else job} for index, job in enumerate(broken)]
    code = "{{% $item.broken = {} ? $error('broken') : $item.table %}}"
    jobs = [{"name": job, "arguments": {"--item": code.format(index)}} for index, job in enumerate(JOBS)]
    keys: dict[str, Any] = {"items": items, "jobs": jobs, "max_concurrency": at_once, "tolerated_failures": tolerated}
    alone = fan_out({}, Behaviour(concurrent_runs={"*": 100}), **keys)
    master = run_master(master_of({"name": "orders", "jobs": CHAIN}, {**CHILD, **keys}))
    for child in children_of(alone):
        assert jobs_of(master, child.item) == jobs_of(alone, child.item)
    assert [each.status for each in children_of(master)] == [each.status for each in children_of(alone)]
    child, output = child_of(master, "tables"), alone.first.output
    told = child.output if child.status == "SUCCEEDED" else json.loads(child.cause)
    assert told["counts"] == output["counts"]
    has_failed = bool(output["counts"]["failed"])
    assert (child.status == "FAILED") == has_failed
    if has_failed:
        rows, first = told["failures"], output["failures"]
        assert [row.get("job") for row in rows] == [row.get("job") for row in first][: len(rows)]
        assert {row["item"] for row in rows if "job" in row} <= {row["item"] for row in first}
        assert rows
    assert [row["status"] for row in master.first.output["children"]] == ["SUCCEEDED", child.status]
    assert child_of(master, "orders").status == "SUCCEEDED"


def play(start: Any, failing: dict[str, int], objects: dict[str, bytes] | None = None, **settings: Any) -> Run:
    faults = [Fault(job, times) for job, times in failing.items()]
    behaviour = Behaviour(faults=faults, concurrent_runs={"*": 1_000}, objects=objects or {})
    return run_machine(TEMPLATE, choose_machine(TEMPLATE), start, behaviour, **settings)


def succeeded(run: Run) -> Counter[tuple[str, str]]:
    """The job runs that succeeded, as the item or the child, and the job."""
    names = {each.arn: each.input["item"]["table"] if each.map_run else "orders" for each in run.executions}
    return Counter((names[each.execution], each.job) for each in run.job_runs if each.status == "SUCCEEDED")


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 6), failures, failures, st.none() | st.integers(1, 8))
def test_exactly_the_rest_runs(count: int, failing: dict[str, int], again: dict[str, int], stopped: int | None):
    names = [f"t{number}" for number in range(count)]
    until: dict[str, Any] = {} if stopped is None else {"until": 150.0 * stopped + 1}
    run = play({"threads": [{"child": "tables", **tables(*names)}]}, failing, **until)
    done = succeeded(run)
    wanted = Counter((item, job) for item in [*names, "x", "y"] for job in JOBS) + Counter(("orders", j) for j in CHAIN)
    for faults in (again, {}):
        fake = MasterFake(TEMPLATE, run, total=0)
        fake.end()
        try:
            planned = plan_resume(ExecutionRequest(execution=run.first.arn), fake.account)
        except SfnorchError as error:
            assert (error.message, done) == ("Nothing failed", wanted)  # noqa: PT017
            return
        start_resume(planned)
        ((_, started),) = fake.started
        objects = {f"s3://{bucket}/{key}": body for (bucket, key), body in fake.objects.items()}
        run = play(started, faults, objects)
        assert done != wanted
        done += succeeded(run)
    assert done == wanted
