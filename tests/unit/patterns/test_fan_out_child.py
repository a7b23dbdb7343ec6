"""A child of a master that is a fan-out, simulated: what it reports, what it refuses, and that it disturbs no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.run import run_machine
from tests.unit.patterns.fan_outs import (
    BUCKET,
    alarms_of,
    child_of,
    children_of,
    jobs_of,
    master_of,
    objects,
    run_master,
    tables,
)

ORDERS = {"name": "orders", "jobs": ["clean", "publish"]}
TABLES: dict[str, Any] = {"items": [{"table": "a"}, {"table": "b"}, {"table": "c"}]}


def thread(**keys: Any) -> dict[str, Any]:
    """The input of the master with a thread for the fan-out."""
    return {"threads": [{"child": "tables", **keys}]}


def test_a_fan_out_beside_a_chain():
    run = run_master(master_of(ORDERS, TABLES, notify="always"))
    assert (run.first.status, child_of(run, "tables").status) == ("SUCCEEDED", "SUCCEEDED")
    assert {child.item: jobs_of(run, child.item) for child in children_of(run)} == {
        name: [("extract", "SUCCEEDED"), ("load", "SUCCEEDED")] for name in "abc"
    }
    output = child_of(run, "tables").output
    seconds = output.pop("seconds")
    assert (output, seconds > 0) == (
        {
            "child": "tables",
            "threadId": "T2",
            "jobCount": 2,
            "counts": {"total": 3, "succeeded": 3, "failed": 0, "pending": 0},
        },
        True,
    )
    assert [row["status"] for row in run.first.output["children"]] == ["SUCCEEDED", "SUCCEEDED"]
    assert run.first.output["children"][1]["itemCount"] == 3
    assert run.messages[-1].message.endswith("orders: 2 jobs\ntables: 3 items, 2 jobs")


def test_items_that_fail_are_a_child_that_fails_and_the_master_notifies():
    run = run_master(
        master_of(ORDERS, TABLES), behaviour=Behaviour(faults=[Fault("load", 2)], concurrent_runs={"*": 9})
    )
    child = child_of(run, "tables")
    cause = json.loads(child.cause)
    assert (child.status, child.error, run.first.status) == ("FAILED", "ItemsFailed", "SUCCEEDED")
    message = "2 of 3 items failed: a at load (simulated failure (--fail)), b at load (simulated failure (--fail))"
    assert (cause["child"], cause["run"], cause["message"]) == ("tables", run.first.run["id"], message)
    assert cause["counts"] == {"total": 3, "succeeded": 1, "failed": 2, "pending": 0}
    assert [(row["item"], row["job"]) for row in cause["failures"]] == [("a", "load"), ("b", "load")]
    assert alarms_of(run) == [
        ("stack-orders-failed", "OK"),
        ("stack-tables-failed", "ALARM"),
    ]
    orders, reported = run.first.output["children"]
    assert (orders["status"], reported["status"], reported["results"]) == ("SUCCEEDED", "FAILED", cause["results"])
    sent = run.messages[-1]
    assert sent.subject == "[dev] nightly: 1 of 2 child workflows failed"
    assert f"tables failed: ItemsFailed\n  {message}\n" in sent.message
    assert f"\n  Results: {cause['results']}\n" in sent.message


def test_a_fan_out_without_items_has_succeeded():
    run = run_master(master_of({"items": "input"}), thread(items=[]))
    assert run.first.output["children"][0]["status"] == "SUCCEEDED"
    assert child_of(run, "tables").output["counts"]["total"] == 0


def test_a_thread_has_the_items():
    run = run_master(master_of(ORDERS, {"items": "input"}), thread(**tables("x", "y")))
    assert [child.item for child in children_of(run)] == ["x", "y"]
    assert run.first.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({}, "items must be a list of items with different names; got null"),
        (tables("x", "x"), "items must be a list of items with different names; got [{"),
        ({**tables("x"), "glueJobs": ["a"]}, "tables runs the jobs in the plan for every item; remove glueJobs and"),
        ({**tables("x"), "arguments": {"--a": "b"}}, "tables runs the jobs in the plan for every item; remove glue"),
    ],
)
def test_a_wrong_thread_is_refused_before_a_job_runs(given: dict[str, Any], cause: str):
    run = run_master(master_of(ORDERS, {"items": "input"}), thread(**given))
    child = child_of(run, "tables")
    assert (child.error, child.cause[: len(cause)]) == ("InvalidInput", cause)
    assert {job.job for job in run.job_runs} == {"clean", "publish"}


def test_jobs_in_a_thread_are_refused_whatever_the_items_are():
    run = run_master(master_of(TABLES), thread(glueJobs="a,b"))
    assert child_of(run, "tables").error == "InvalidInput"
    assert run.job_runs == []


def test_a_child_started_alone_has_no_run():
    template = master_of(TABLES)
    (machine,) = [each for each in template.machines if each.arn.endswith("stack-tables")]
    run = run_machine(template, machine, {}, Behaviour())
    assert (run.first.error, run.job_runs) == ("InvalidInput", [])


def test_expressions_have_the_item_the_child_and_the_run():
    code = "{% $join([$child, $item.table, $params.mode, $run.date, $environment], '/') %}"
    template = master_of(
        {**TABLES, "item_name": "{% $child & '-' & $item.table %}", "select": "{% $child = 'tables' and $item.table != 'c' %}"},
        parameters={"mode": {"type": "string", "default": "full"}},
        run_id_argument="--run-id",
    )  # fmt: skip
    run = run_master(template)
    assert [child.item for child in children_of(run)] == ["tables-a", "tables-b", "tables-c"]
    template = master_of({**TABLES, "jobs": [{"name": "load", "arguments": {"--all": code}}], "name": "tables"},
        parameters={"mode": {"type": "string", "default": "full"}})  # fmt: skip
    run = run_master(template)
    assert [job.arguments["--all"] for job in run.job_runs] == [f"tables/{t}/full/2026-01-01/dev" for t in "abc"]


def test_a_missing_object_is_reported():
    template = master_of({"items": {"object": {"bucket": BUCKET, "key": "{% $child & $run.date & '.json' %}"}}})
    run = run_master(template, behaviour=Behaviour(objects=objects(other__json="[]")))
    cause = json.loads(child_of(run, "tables").cause)
    assert cause["error"] == "States.ItemReaderFailed"
    assert cause["message"].startswith("0 of 0 items failed: States.ItemReaderFailed: The specified key does not exist")


def test_a_resumed_child_runs_its_remaining_items():
    rest = [{"item": {"table": "b"}, "done": 1}]
    given = {"threads": [{"child": "orders", "skip": True}, {"child": "tables", "remaining": {"bucket": BUCKET, "key": "r.json"}}]}  # fmt: skip
    run = run_master(
        master_of(ORDERS, {"items": "input"}),
        given,
        Behaviour(objects=objects(r__json=json.dumps(rest)), concurrent_runs={"*": 9}),
    )
    assert jobs_of(run, "b") == [("load", "SUCCEEDED")]
    assert [row["status"] for row in run.first.output["children"]] == ["SKIPPED", "SUCCEEDED"]
    assert len(run.job_runs) == 1


@pytest.mark.slow
def test_many_fan_outs_that_fail_fit_into_the_state_of_the_master():
    items = [{"table": f'"表{index}\\' + '表"' * 150} for index in range(25)]
    found = {"object": {"bucket": BUCKET, "key": "items.json"}}
    children = [{"name": f"c{number}", "items": found, "jobs": ["extract"]} for number in range(36)]
    content = objects(items__json=json.dumps(items))
    behaviour = Behaviour(faults=[Fault("extract")], concurrent_runs={"*": 10_000}, objects=content)
    run = run_master(master_of(*children), behaviour=behaviour)
    assert run.first.status == "SUCCEEDED"
    reported = run.first.output["children"]
    assert len(reported) == 36
    assert all(row["counts"]["failed"] == 25 for row in reported)
    assert len(json.dumps(run.first.output, ensure_ascii=False).encode()) < 256 * 1024


def test_the_failure_of_a_child_with_a_large_input_is_read():
    given = thread(items=[{"table": f"t{number}", "pad": "x" * 1_000} for number in range(100)])
    behaviour = Behaviour(faults=[Fault("load", 1)], concurrent_runs={"*": 100})
    run = run_master(master_of({"items": "input"}), given, behaviour)
    (row,) = run.first.output["children"]
    assert (row["error"], row["counts"]["failed"]) == ("ItemsFailed", 1)


def test_items_of_a_child_in_batches():
    run = run_master(
        master_of(ORDERS, {**TABLES, "batch": 2}),
        behaviour=Behaviour(faults=[Fault("load", 1)], concurrent_runs={"*": 9}),
    )
    cause = json.loads(child_of(run, "tables").cause)
    assert cause["message"] == "1 of 3 items failed, in 1 of 2 batches: a at load (simulated failure (--fail))"
    assert [(row["item"], row["job"]) for row in cause["failures"]] == [("a", "load")]
    assert sorted((each.job, each.arguments["--table"]) for each in run.job_runs if "--table" in each.arguments) == [
        (job, table) for job in ("extract", "load") for table in "abc"
    ]
