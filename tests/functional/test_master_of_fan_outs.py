"""A master with a fan-out among its children: followed, shown, resumed and stopped with its items."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.reading_failures import read_failures
from sfnorch.app.reading_logs import read_logs
from sfnorch.app.resuming import PlannedResume, plan_resume, start_resume
from sfnorch.app.stopping import stop
from sfnorch.app.watching import follow_executions
from sfnorch.cli.following import follow_run
from sfnorch.errors import SfnorchError
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.run import choose_machine, run_machine
from tests.master_fan_outs import MasterFake
from tests.screens import plain, plain_tree
from tests.unit.patterns.fan_outs import master_of, tables

TEMPLATE = master_of({"name": "orders", "jobs": ["clean", "publish"]}, {"items": "input", "max_concurrency": 3})
GIVEN = {"threads": [{"child": "tables", **tables(*(f"t{number}" for number in range(5)))}]}


def ran(given: Any = GIVEN, *, failing: dict[str, int] | None = None, **settings: Any) -> MasterFake:
    faults = [Fault(job, times) for job, times in (failing or {}).items()]
    behaviour = Behaviour(faults=faults, concurrent_runs={"*": 1_000}, objects=settings.pop("objects", {}))
    run = run_machine(TEMPLATE, choose_machine(TEMPLATE), given, behaviour, **settings)
    fake = MasterFake(TEMPLATE, run, total=0)
    fake.end()
    return fake


def plan(fake: MasterFake) -> PlannedResume:
    return plan_resume(ExecutionRequest(execution=fake.parent.arn), fake.account)


def started(fake: MasterFake) -> dict[str, Any]:
    """The threads of the execution that resumes the run, by child."""
    start_resume(plan(fake))
    ((_, given),) = fake.started
    return {each["child"]: each for each in given["threads"]}


def test_the_items_that_failed_run_and_the_other_child_is_skipped():
    fake = ran(failing={"load": 2})
    planned = plan(fake)
    assert (planned.jobs, planned.skipped) == ({"tables: 2 items, 1 job done": ["load"]}, ["orders"])
    assert (planned.reason, planned.is_redrive) == ("", False)
    threads = started(fake)
    assert threads["orders"] == {"threadId": "T1", "child": "orders", "skip": True}
    ((name, given),) = fake.started
    remaining = {"bucket": "stack-results-xxxxxxxxxxxx", "key": f"fan-out/{name}/tables/remaining.json"}
    assert threads["tables"] == {"threadId": "T2", "child": "tables", "remaining": remaining}
    assert json.loads(fake.objects[remaining["bucket"], remaining["key"]]) == [
        {"item": {"table": "t0"}, "done": 1},
        {"item": {"table": "t1"}, "done": 1},
    ]
    assert given["run"]["attempt"] == 2


def test_a_chain_and_a_fan_out_that_failed():
    fake = ran(failing={"extract": 1, "publish": 1})
    assert plan(fake).jobs == {"orders": ["publish"], "tables: 1 item": ["extract", "load"]}
    assert started(fake)["orders"]["glueJobs"] == ["publish"]


def test_only_the_chain_failed():
    threads = started(ran(failing={"publish": 1}))
    assert threads["orders"]["glueJobs"] == ["publish"]
    assert threads["tables"] == {"threadId": "T2", "child": "tables", "skip": True}


def test_a_resumed_run_is_resumed():
    fake = ran(failing={"extract": 1, "load": 1})
    start_resume(plan(fake))
    ((_, given),) = fake.started
    objects = {f"s3://{bucket}/{key}": body for (bucket, key), body in fake.objects.items()}
    again = ran(given, failing={"load": 1}, objects=objects)
    assert plan(again).jobs == {"tables: 1 item, 1 job done": ["load"]}


def test_a_fan_out_whose_items_were_refused_is_explained():
    with pytest.raises(SfnorchError, match="tables refused its input: items must be a list"):
        plan(ran({}))


def test_nothing_failed():
    with pytest.raises(SfnorchError, match="Nothing failed"):
        plan(ran())


def test_jobs_of_the_items_that_have_changed():
    fake = ran(failing={"load": 1})
    other = master_of({"items": "input", "jobs": ["extract"], "name": "tables"})
    (machine,) = [each for each in other.machines if each.arn.endswith("stack-tables")]
    assert machine.definition is not None
    fake.definition_before = machine.definition.data
    with pytest.raises(SfnorchError, match="The jobs of an item of tables have changed since the execution: extract"):
        plan(fake)


def follow(fake: MasterFake, form: str = "text") -> int:
    return follow_run(
        lambda show: follow_executions([fake.parent.arn], fake.account, on_event=show),
        fake.account,
        form,
        stack_name="stack",
    )


def test_the_ended_tree_names_the_items_that_failed(capsys: pytest.CaptureFixture[str]):
    fake = ran(failing={"load": 2})
    assert follow(fake) == 3
    shown = plain_tree(capsys.readouterr().out)
    tree, _, causes = shown.partition("\n\n")
    runs = [each.run_id for each in fake.run.job_runs]
    failed = [each.run_id for each in fake.run.job_runs if each.status == "FAILED"]
    lines = [line.partition("  jr_")[0] for line in tree.splitlines()]
    assert lines == [
        "master SUCCEEDED  20m",
        "├── run 2026-01-01-4b6fb073, date 2026-01-01",
        "├── orders SUCCEEDED  10m",
        "│   ├── clean SUCCEEDED  00s",
        "│   └── publish SUCCEEDED  00s",
        "└── tables FAILED  20m  ItemsFailed: 2 of 5 items failed",
        "    ├── 5 items: 3 succeeded, 2 failed",
        "    ├── results: s3://stack-results-xxxxxxxxxxxx/fan-out/UUID/",
        "    ├── t0 FAILED  load",
        "    └── t1 FAILED  load",
    ]
    assert [each for each in runs if each in tree.split("tables")[1]] == failed
    assert causes.startswith("t0: job load FAILED\n")
    assert "\nt1: job load FAILED\n" in causes


def test_the_document_has_the_numbers_of_items(capsys: pytest.CaptureFixture[str]):
    assert follow(ran(failing={"load": 2}), "json") == 3
    document = json.loads(capsys.readouterr().out)
    ((_, tables_child),) = [each["children"] for each in document["executions"]]
    assert (tables_child["items"]["total"], tables_child["items"]["failed"]) == (5, 2)
    assert [each["item"] for each in document["failures"]] == ["t0", "t1"]


def test_the_progress_of_the_items_is_reported(capsys: pytest.CaptureFixture[str]):
    fake = ran(failing={"load": 1})
    fake.clock.time -= 10**9
    assert follow(fake) == 3
    assert "  tables  RUNNING  5 items: 3 running, 2 pending\n" in plain(capsys.readouterr().err)


def test_the_logs_of_the_items_that_failed():
    fake = ran(failing={"load": 2})
    read = read_logs(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert [run.job for run in read.runs] == ["load", "load"]


def test_items_that_step_functions_does_not_stop_are_stopped():
    fake = ran(until=400.0)
    fake.of("tables").map_run_still_runs = True
    result = stop(ExecutionRequest(execution=fake.parent.arn), fake.account)
    items = [each.arn for each in fake.of("tables").children if each.ended is None]
    assert (len(items), set(items) <= set(result.executions)) == (3, True)


def test_items_that_were_stopped_are_resumed_with_the_chain():
    planned = plan(ran(until=400.0))
    assert planned.jobs == {
        "orders": ["publish"],
        "tables: 2 items": ["extract", "load"],
        "tables: 3 items, 1 job done": ["load"],
    }


def test_the_failed_items_of_all_children_are_read():
    fake = ran(failing={"load": 2})
    found = read_failures(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert [(each.name, each.job) for each in found] == [("t0", "load"), ("t1", "load")]
