"""Crawlers and queries in Athena, simulated: as steps of a flow and as tasks of a dag."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

QUERY = {"sql": "select * from orders where day = ? and n = ?", "database": "analytics", "buckets": ["our-lake"]}


def play(plan: dict[str, Any], given: Any = None, behaviour: Behaviour | None = None) -> Run:
    text = render_template(build_workflow(parse_plan(json.dumps({"name": "lake", **plan}))), "sam")
    return simulate(text, given, behaviour)


def flow(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"pattern": "flow", "steps": list(steps)}


def dag(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"pattern": "dag", "tasks": list(tasks)}


def failing(name: str, times: int = 99) -> Behaviour:
    return Behaviour(faults=[Fault(job=name, times=times, message=f"{name} is broken")])


def runs(run: Run) -> list[tuple[str, str, str, float, float | None]]:
    return [(each.job, each.kind, each.status, each.started, each.ended) for each in run.job_runs]


def test_a_crawler_is_started_and_followed_to_its_end():
    run = play(flow({"name": "crawl", "crawler": "orders", "save_as": "crawled"}))
    assert (run.first.status, run.first.output) == (
        "SUCCEEDED",
        {"crawled": {"crawler": "orders", "status": "SUCCEEDED"}},
    )
    assert runs(run) == [("orders", "crawl", "SUCCEEDED", 0.0, 60.0)]
    polls = [state for state in run.first.states if state == "crawl (get)"]
    assert len(polls) == 4  # after 10, 25, 47 and 80 seconds


def test_two_crawls_of_a_crawler_are_told_apart_by_their_start():
    steps = [{"name": name, "crawler": "orders", "save_as": name} for name in ("one", "two")]
    run = play(flow(*steps))
    assert [each[2:4] for each in runs(run)] == [("SUCCEEDED", 0.0), ("SUCCEEDED", 80.0)]
    assert set(run.first.output) == {"one", "two"}


def test_a_crawl_that_fails_fails_its_step_with_glues_message():
    run = play(flow({"name": "crawl", "crawler": "orders", "retry": 1}), behaviour=failing("orders"))
    assert run.first.status == "FAILED"
    assert json.loads(run.first.cause) == {
        "step": "crawl",
        "at": "crawl",
        "error": "CrawlFailed",
        "message": "the crawl ended FAILED: orders is broken",
    }
    assert [each[2] for each in runs(run)] == ["FAILED", "FAILED"]


def test_a_crawl_that_takes_too_long_is_stopped():
    run = play(
        flow({"name": "crawl", "crawler": "orders", "timeout": "5m"}),
        behaviour=Behaviour(seconds={"orders": 3_600}),
    )
    assert run.first.status == "FAILED"
    cause = json.loads(run.first.cause)
    assert (cause["error"], cause["message"]) == (
        "CrawlTimedOut",
        "the crawl had not ended after 300 seconds, and was stopped",
    )
    ((_, _, status, _, ended),) = runs(run)
    assert status == "STOPPED"
    assert ended is not None
    assert 300 <= ended < 900


def test_a_crawler_that_runs_already_is_waited_for():
    branches = [[{"name": name, "crawler": "orders"}] for name in ("one", "two")]
    run = play(flow({"name": "both", "parallel": branches}))
    assert run.first.status == "SUCCEEDED"
    (first, second) = runs(run)
    assert (first[2], second[2]) == ("SUCCEEDED", "SUCCEEDED")
    assert first[4] is not None
    assert second[3] >= first[4]


def test_a_crawler_that_does_not_exist_fails_its_task_without_retries():
    run = play(dag({"name": "crawl", "crawler": "orders", "retries": 3}), behaviour=Behaviour(unknown=["orders"]))
    task = run.executions[1]
    assert task.status == "FAILED"
    assert json.loads(task.cause)["error"] == "Glue.EntityNotFoundException"
    assert len([state for state in task.states if state.endswith("(last crawl)")]) == 1


@pytest.mark.parametrize("retries", [0, 2])
def test_a_crawl_is_a_task_and_is_retried_as_a_whole(retries: int):
    plan = dag({"name": "crawl", "crawler": "orders", **({"retries": retries} if retries else {})})
    run = play(plan, behaviour=failing("orders", times=1))
    assert [each[2] for each in runs(run)] == ["FAILED", *(["SUCCEEDED"] if retries else [])]
    task = run.executions[1]
    assert task.status == ("SUCCEEDED" if retries else "FAILED")
    if not retries:
        assert json.loads(task.cause)["message"] == "the crawl ended FAILED: orders is broken"


def test_a_query_runs_with_its_values_as_sql_literals():
    step = {"name": "daily", "athena_sql": {**QUERY, "parameters": ["{% $input.day %}", 2]}, "save_as": "daily"}
    run = play(flow(step), {"day": "it's"})
    assert run.first.status == "SUCCEEDED"
    ((name, kind, status, _, _),) = runs(run)
    assert (name, kind, status) == ("daily", "query", "SUCCEEDED")
    (query,) = run.job_runs
    assert query.arguments == {
        "QueryString": QUERY["sql"],
        "WorkGroup": "primary",
        "QueryExecutionContext": {"Catalog": "AwsDataCatalog", "Database": "analytics"},
        "ExecutionParameters": ["'it''s'", "2"],
    }
    assert run.first.output["daily"] == {
        "id": query.run_id,
        "output": f"s3://RESULTS/{query.run_id}.csv",
        "bytes": 0,
    }


def test_a_query_that_fails_says_what_athena_says():
    step = {"name": "daily", "athena_sql": {"sql": "select 1"}}
    run = play(flow(step), behaviour=failing("daily"))
    assert run.first.status == "FAILED"
    assert json.loads(run.first.cause) == {
        "step": "daily",
        "at": "daily",
        "error": "States.TaskFailed",
        "message": "daily is broken",
    }


def test_a_query_is_a_task_and_its_failure_blocks_others():
    run = play(
        dag(
            {"name": "daily", "athena_sql": {"sql": "select 1"}, "retries": 1},
            {"name": "after", "glue_job": "load", "needs": ["daily"]},
        ),
        behaviour=failing("RunAthenaQueryAgain1"),
    )
    assert [each[2] for each in runs(run)] == ["FAILED", "FAILED"]
    assert run.first.status == "SUCCEEDED"
    outcomes = {each["task"]: (each["status"], each.get("message")) for each in run.first.output["tasks"]}
    assert outcomes["daily"] == ("FAILED", "RunAthenaQueryAgain1 is broken")
    assert outcomes["after"][0] == "BLOCKED"


@pytest.mark.parametrize(
    ("query", "sids"),
    [
        ({"sql": "select 1"}, ["RunQueries", "ReadDataCatalogs", "UseTables", "UseLakeFormation"]),
        (QUERY, ["RunQueries", "ReadDataCatalogs", "UseTables", "FindBuckets", "UseObjects"]),
        (
            {"sql": "select 1", "output": "s3://our-results/x/"},
            ["RunQueries", "ReadDataCatalogs", "UseTables", "FindBuckets", "UseObjects", "UseLakeFormation"],
        ),
    ],
)
def test_a_query_may_use_its_tables_and_its_buckets_alone(query: dict[str, Any], sids: list[str]):
    given = {**query, "parameters": [1, 2]} if "?" in query["sql"] else query
    plan = parse_plan(json.dumps(flow({"name": "daily", "athena_sql": given})))
    (machine,) = build_workflow(plan).machines
    assert [each.sid for each in machine.permissions][: len(sids)] == sids
