"""Stop a fan-out: Step Functions stops its items; what is left is stopped, and found with few calls."""

from __future__ import annotations

from typing import Any

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.stopping import stop
from tests.fan_outs import Fake, fan_out, template_of

TEMPLATE = template_of(max_concurrency=40)


def stopped_run(count: int = 60, until: float = 400.0, **settings: Any) -> Fake:
    run = fan_out(TEMPLATE, {"items": [f"t{number}" for number in range(count)]}, until=until, **settings)
    fake = Fake(TEMPLATE, run, total=count)
    fake.end()
    return fake


def test_nothing_is_left():
    fake = stopped_run()
    result = stop(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert not result.is_anything
    assert result.failed == ()
    assert fake.calls["GetExecutionHistory"] == 1
    assert fake.calls["GetJobRuns"] == 2


def test_job_runs_that_are_left():
    fake = stopped_run(failing={"extract": 3})
    left = [each.run_id for each in fake.run.job_runs if each.ended is None]
    assert len(left) == 40
    fake.job_states = dict.fromkeys(left, "RUNNING")
    result = stop(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert sorted(run for _, run in result.job_runs) == sorted(left)
    assert {job for job, _ in result.job_runs} == {"extract", "load"}
    assert sorted(fake.stopped) == sorted(left)
    assert result.failed == ()


def test_job_runs_of_others_stay():
    fake = stopped_run()
    mine = [each for each in fake.run.job_runs if each.ended is None]
    other, own = mine[0], mine[1]
    fake.job_states = {other.run_id: "RUNNING", own.run_id: "RUNNING"}
    other.execution = "of another fan-out"
    result = stop(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert [run for _, run in result.job_runs] == [own.run_id]


def test_items_that_step_functions_does_not_stop():
    fake = stopped_run()
    fake.map_run_still_runs = True
    result = stop(ExecutionRequest(execution=fake.parent.arn), fake.account, cause="enough")
    assert sorted(result.executions) == sorted({each.arn for each in fake.children if each.ended is None})
    assert result.failed == (f"40 items of {fake.map_run} are still running",)
