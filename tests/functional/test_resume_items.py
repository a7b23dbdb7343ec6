"""`sfnorch resume` of a fan-out: what it says, what it writes to S3, what it starts, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.resuming import PlannedResume, plan_resume, start_resume
from sfnorch.errors import SfnorchError
from sfnorch.template.contents import Template
from tests.fan_outs import Fake, fan_out, template_of

JOBS = ["extract", "check", "load"]
TEMPLATE = template_of(JOBS, max_concurrency=3, parameters={"mode": {"type": "string", "default": "full"}})

BATCHES = template_of(JOBS, max_concurrency=1, batch=3, parameters={"mode": {"type": "string", "default": "full"}})


def ran(count: int = 5, template: Template = TEMPLATE, **settings: Any) -> Fake:
    run = fan_out(template, {"items": [f"t{number}" for number in range(count)], "params": {"mode": "x"}}, **settings)
    fake = Fake(template, run, total=count)
    fake.end()
    return fake


def plan(fake: Fake, warnings: list[str] | None = None) -> PlannedResume:
    told = [] if warnings is None else warnings
    return plan_resume(ExecutionRequest(execution=fake.parent.arn), fake.account, on_warning=told.append)


def test_a_new_execution_with_the_items_that_failed():
    fake = ran(failing={"extract": 1, "load": 2})
    planned = plan(fake)
    assert planned.jobs == {"1 item": JOBS, "2 items, 2 jobs done": ["load"]}
    assert planned.reason == "a redrive would run no item: the execution has continued after its Map Run"
    assert not planned.is_redrive
    assert not fake.started
    start_resume(planned)
    ((name, started),) = fake.started
    remaining = started.pop("remaining")
    assert remaining == {"bucket": "stack-results-xxxxxxxxxxxx", "key": f"fan-out/{name}/remaining.json"}
    assert json.loads(fake.objects[remaining["bucket"], remaining["key"]]) == [
        {"item": "t0", "done": 0},
        {"item": "t1", "done": 2},
        {"item": "t2", "done": 2},
    ]
    run = fake.parent.run or {}
    described = {key: run[key] for key in ("id", "scheduledAt", "date")}
    assert started == {"params": {"mode": "x"}, "run": {**described, "attempt": 2}}


def test_a_second_resume_starts_nothing_and_writes_nothing():
    fake = ran(failing={"load": 1})
    first, second = plan(fake), plan(fake)
    start_resume(first)
    written = dict(fake.objects)
    for refused in (lambda: start_resume(second), lambda: plan(fake)):
        with pytest.raises(SfnorchError, match=r"The execution is already resumed by arn:.*:resume-"):
            refused()
    assert fake.objects == written
    assert len(fake.started) == 1


def test_items_that_were_stopped_continue_after_what_glue_says():
    fake = ran(until=400.0)
    stopped = [each.run_id for each in fake.run.job_runs if each.ended is None]
    fake.job_states[stopped[0]] = "SUCCEEDED"
    assert plan(fake).jobs == {
        "2 items": JOBS,
        "2 items, 1 job done": ["check", "load"],
        "1 item, 2 jobs done": ["load"],
    }
    fake.job_states[stopped[0]] = "RUNNING"
    with pytest.raises(SfnorchError, match=f"The run {stopped[0]} of check is still running"):
        plan(fake)


def test_a_redrive_if_no_item_failed():
    fake = ran(until=400.0)
    fake.redrivable = True
    planned = plan(fake)
    assert planned.is_redrive
    assert planned.reason == (
        "no item has failed by itself, so Step Functions continues the items that were stopped and starts "
        "the others, as a new execution would"
    )
    assert planned.jobs == {"5 items": []}
    before = fake.clock.now()
    assert start_resume(planned) == fake.parent.arn
    assert fake.clock.now() == before + 1
    assert (fake.calls["RedriveExecution"], fake.started, fake.calls["GetObject"]) == (1, [], 0)


@pytest.mark.parametrize(
    ("settings", "changes", "reason"),
    [
        ({"failing": {"extract": 1}}, {}, "a redrive would end 1 item in its Fail state again"),
        ({}, {"Comment": "before"}, "a redrive would use the definition of the execution, and the state machine was"),
    ],
)
def test_a_new_execution_if_a_redrive_does_something_else(
    settings: dict[str, Any], changes: dict[str, Any], reason: str
):
    fake = ran(until=400.0, **settings)
    fake.redrivable = True
    fake.definition_before = {**json.loads(fake.definition), **changes}
    planned = plan(fake)
    assert planned.reason.startswith(reason)
    start_resume(planned)
    assert len(fake.started) == 1


def test_jobs_that_have_changed():
    fake = ran(failing={"load": 1})
    fake.definition_before = json.loads(Fake(template_of(["extract", "load"]), fake.run, total=5).definition)
    with pytest.raises(
        SfnorchError,
        match="jobs of an item have changed since the execution: extract → load became extract → check → load",
    ):
        plan(fake)


def test_results_that_do_not_exist():
    fake = ran(failing={"load": 1})
    fake.objects.clear()
    with pytest.raises(SfnorchError, match=r"The Map Run has written no results: s3://.*manifest.json does not exist"):
        plan(fake)


def test_nothing_failed():
    with pytest.raises(SfnorchError, match="Nothing failed"):
        plan(ran())


def test_a_list_of_items_that_was_refused():
    refused = Fake(TEMPLATE, fan_out(TEMPLATE, {"items": ["a", "a"]}), total=0)
    refused.end()
    with pytest.raises(
        SfnorchError, match="It ended FAILED before any item started: InvalidInput items must be a list"
    ):
        plan(refused)


def test_a_run_that_still_runs():
    fake = ran(failing={"load": 1})
    fake.clock.time -= 10**9 - 600
    with pytest.raises(SfnorchError, match="still running"):
        plan(fake)


def test_an_error_that_no_state_catches():
    fake = ran(failing={"check": 1})
    (key,) = (key for key in fake.objects if key[1].endswith("FAILED_0.json"))
    (row,) = json.loads(fake.objects[key])
    for state, done in (("DescribeItem", 0), ("check", 1), ("load", 2)):
        cause = f"An error occurred while executing the state '{state}' (entered at the event id #7). No money."
        fake.objects[key] = json.dumps([{**row, "Error": "States.Runtime", "Cause": cause}]).encode()
        histories = fake.calls["GetExecutionHistory"]
        assert list(plan(fake).jobs.values()) == [JOBS[done:]]
        assert fake.calls["GetExecutionHistory"] == histories + 1  # that of the parent
    fake.objects[key] = json.dumps([{**row, "Error": "X", "Cause": "cut off"}]).encode()
    assert list(plan(fake).jobs.values()) == [["check", "load"]]


def test_an_item_is_not_resumed_alone():
    fake = ran(failing={"load": 1})
    with pytest.raises(SfnorchError, match="is the execution of an item of a Map Run"):
        plan_resume(ExecutionRequest(execution=fake.children[0].arn), fake.account)


def test_only_the_failed_items_of_a_batch():
    fake = ran(7, BATCHES, failing={"extract": 1, "load": 2})
    planned = plan(fake)
    assert planned.jobs == {"1 item": JOBS, "2 items, 2 jobs done": ["load"]}
    start_resume(planned)
    ((_, started),) = fake.started
    remaining = started["remaining"]
    assert [row["item"] for row in json.loads(fake.objects[remaining["bucket"], remaining["key"]])] == [
        "t0",
        "t1",
        "t2",
    ]


def test_the_items_of_a_batch_that_was_stopped():
    fake = ran(7, BATCHES, failing={"check": 1}, until=1_000.0)
    assert plan(fake).jobs == {"5 items": JOBS, "2 items, 1 job done": ["check", "load"]}
    assert fake.calls["GetExecutionHistory"] == 2
