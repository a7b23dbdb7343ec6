"""The machine of a fan-out, simulated: what each item runs, what is counted and reported, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.protocol.fan_out import MOST_REPORTED
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from tests.unit.patterns.fan_outs import BUCKET, alarms_of, children_of, fan_out, jobs_of, objects, tables

RESULTS = "s3://stack-results-xxxxxxxxxxxx/fan-out/"


def many(**keys: Any) -> Behaviour:
    return Behaviour(concurrent_runs={"*": 1_000}, **keys)


def read_item(source: dict[str, Any], text: str, name: str = "items__json") -> Run:
    behaviour = many(objects=objects(**{name: text}))
    return fan_out(None, behaviour, items={"object": {"bucket": BUCKET, "key": name.replace("__", "."), **source}})


def test_each_item_runs_the_jobs_in_order_with_its_own_arguments():
    run = fan_out(tables("a", "b", "c"))
    assert run.first.output["counts"] == {"total": 3, "succeeded": 3, "failed": 0, "pending": 0}
    assert [child.output["item"] for child in children_of(run)] == ["a", "b", "c"]
    for item in "abc":
        assert jobs_of(run, item) == [("extract", "SUCCEEDED"), ("load", "SUCCEEDED")]
    assert {job.arguments["--table"] for job in run.job_runs} == {"a", "b", "c"}
    assert (run.messages, run.first.status, run.first.output["failures"]) == ([], "SUCCEEDED", [])
    assert alarms_of(run) == [("stack-fan-out-failed", "OK")]


def test_a_failure_is_reported_by_item_with_job_and_message():
    run = fan_out(tables("a", "b", "c"), many(faults=[Fault("load", 1, "no such column")]))
    assert run.first.status == "SUCCEEDED"
    output = run.first.output
    assert output["counts"] == {"total": 3, "succeeded": 2, "failed": 1, "pending": 0}
    ((failure),) = output["failures"]
    failed = next(child for child in children_of(run) if child.status == "FAILED")
    job = next(job for job in run.job_runs if job.status == "FAILED")
    assert failure == {
        "item": "a",
        "job": "load",
        "runId": job.run_id,
        "logGroup": "/aws-glue/jobs",
        "error": "States.TaskFailed",
        "message": "no such column",
        "execution": failed.arn,
    }
    assert output["results"] == f"{RESULTS}{run.first.name}/"
    sent = run.messages[-1]
    assert sent.subject == "[dev] tables: 1 of 3 items failed"
    assert sent.attributes == {"status": {"DataType": "String", "StringValue": "FAILED"}}
    assert "\na: job load failed\n  no such column\n" in sent.message
    assert f"Failures: {RESULTS}{run.first.name}/failures.json" in sent.message
    assert sent.message.endswith(f"Resume: sfnorch resume {run.first.name} --stack-name stack")
    assert alarms_of(run) == [("stack-fan-out-failed", "ALARM")]
    assert json.loads(next(each.body for each in run.objects if each.key.endswith("failures.json"))) == [failure]


def test_the_cause_of_an_item_is_flat_and_has_what_a_resume_needs():
    run = fan_out(tables("a"), many(faults=[Fault("load", 1, "broke")]))
    (child,) = children_of(run)
    cause = json.loads(child.cause)
    assert (child.error, child.input["done"]) == ("GlueJobFailed", 0)
    assert {key: cause[key] for key in ("item", "done", "threadId", "job", "message", "remaining")} == {
        "item": "a",
        "done": 1,
        "threadId": "a",
        "job": "load",
        "message": "broke",
        "remaining": ["load"],
    }


def test_the_first_failures_are_named_and_the_others_are_counted():
    names = [f"t{index}" for index in range(300)]
    run = fan_out(tables(*names), many(faults=[Fault("extract")]), max_concurrency=300)
    assert run.first.output["counts"]["failed"] == 300
    assert [row["item"] for row in run.first.output["failures"]] == names[:MOST_REPORTED]
    assert f"\nand {300 - MOST_REPORTED} more.\n" in run.messages[-1].message
    (listed,) = [json.loads(each.body) for each in run.objects if each.key.endswith("failures.json")]
    assert MOST_REPORTED < len(listed) < 300
    assert [row["item"] for row in listed] == names[: len(listed)]
    assert run.first.history < 100


def test_items_with_many_quotation_marks_do_not_make_the_response_too_large():
    items = [{"table": f"t{index}", **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "")} for index in range(400)]
    run = fan_out({"items": items}, many(faults=[Fault("extract")]), max_concurrency=400)
    assert len(run.first.output["failures"]) == MOST_REPORTED


def test_an_execution_fails_if_the_plan_says_so():
    run = fan_out(tables("a", "b"), many(faults=[Fault("extract", 1, "broke")]), on_item_failure="fail")
    assert (run.first.status, run.first.error) == ("FAILED", "ItemsFailed")
    cause = json.loads(run.first.cause)
    assert cause["counts"] == {"total": 2, "succeeded": 1, "failed": 1, "pending": 0}
    assert [row["item"] for row in cause["failures"]] == ["a"]
    assert fan_out(tables("a"), many(), on_item_failure="fail").first.status == "SUCCEEDED"


@pytest.mark.parametrize("notify", ["never", "always", "failure"])
def test_notifications(notify: str):
    subjects = {
        fault: [
            each.subject
            for each in fan_out(tables("a"), many(faults=[Fault("extract", fault)]), notify=notify).messages
            if each.sender == "fan-out"
        ]
        for fault in (0, 1)
    }
    assert subjects[0] == (["[dev] tables: 1 of 1 items succeeded"] if notify == "always" else [])
    assert subjects[1] == ([] if notify == "never" else ["[dev] tables: 1 of 1 items failed"])


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"items": None},
        {"items": "a"},
        {"items": {"table": "a"}},
        tables("a", "b", "a"),
        {"items": [{"table": "a"}, {"name": "b"}, {"table": '{"name":"b"}'}]},
    ],
)
def test_invalid_items_in_the_input_are_refused_before_a_job_runs(given: dict[str, Any]):
    run = fan_out(given)
    assert (run.first.status, run.first.error, run.job_runs) == ("FAILED", "InvalidInput", [])
    assert run.first.cause.startswith("items must be a list of items with different names; got ")


def test_items_that_are_texts_have_names_without_an_expression():
    run = fan_out({"items": ["a", 7, "b"]}, item_name=None, jobs=[{"name": "load"}])
    assert [child.item for child in children_of(run)] == ["a", "7", "b"]
    assert run.first.output["counts"]["succeeded"] == 3


def test_no_items_are_a_success():
    run = fan_out({"items": []})
    assert (run.first.status, run.job_runs) == ("SUCCEEDED", [])
    assert run.first.output["counts"] == {"total": 0, "succeeded": 0, "failed": 0, "pending": 0}


def test_items_that_are_not_selected_run_no_job():
    given = {"items": [{"table": "a"}, {"table": "b", "active": False}]}
    run = fan_out(given, select="{% $not($item.active = false) %}")
    assert run.first.output["counts"] == {"total": 2, "succeeded": 2, "failed": 0, "pending": 0}
    assert [child.output for child in children_of(run)][1] == {"item": "b", "skipped": True}
    assert {job.arguments["--table"] for job in run.job_runs} == {"a"}


def test_items_without_what_selects_them_are_skipped():
    given = {"items": [{"table": "a"}, {"table": "b", "active": True}, {"table": "c", "active": None}]}
    run = fan_out(given, select="{% $item.active %}")
    assert [child.output.get("skipped", False) for child in children_of(run)] == [True, False, True]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("items__json", '[{"table": "a"}, {"table": "b"}]'),
        ("items__jsonl", '{"table": "a"}\n{"table": "b"}\n'),
        ("items__csv", "table,owner\na,x\nb,y\n"),
    ],
)
def test_items_from_an_object(name: str, text: str):
    run = read_item({}, text, name)
    assert [child.item for child in children_of(run)] == ["a", "b"]
    assert run.first.output["counts"] == {"total": 2, "succeeded": 2, "failed": 0, "pending": 0}


def test_items_from_a_manifest():
    manifest = {"fileFormat": "CSV", "fileSchema": "Bucket, Key, Size", "files": [{"key": "part.csv"}]}
    content = objects(
        items__json=json.dumps(manifest), part__csv='"landing","a.parquet","1"\n"landing","b.parquet","2"\n'
    )
    run = fan_out(
        None,
        many(objects=content),
        items={"object": {"bucket": BUCKET, "key": "items.json", "format": "manifest"}},
        item_name="{% $item.Key %}",
        jobs=[{"name": "load"}],
    )
    assert [child.item for child in children_of(run)] == ["a.parquet", "b.parquet"]


def test_items_from_a_listing_with_a_prefix_and_a_suffix():
    content = objects(**{"orders/1__parquet": "", "orders/2__csv": "", "sales/1__parquet": ""})
    run = fan_out(
        None,
        many(objects=content),
        items={"listing": {"bucket": BUCKET, "prefix": "orders/", "suffix": ".parquet"}},
        item_name="{% $item.Key %}",
        jobs=[{"name": "load", "arguments": {"--key": "{% $item.Key %}"}}],
    )
    assert [job.arguments["--key"] for job in run.job_runs] == ["orders/1.parquet"]
    assert [child.output.get("skipped", False) for child in children_of(run)] == [False, True]


def test_a_missing_object_is_reported_and_no_job_runs():
    run = fan_out(
        None, many(objects=objects(other__json="[]")), items={"object": {"bucket": BUCKET, "key": "items.json"}}
    )
    assert (run.first.status, run.job_runs) == ("SUCCEEDED", [])
    assert run.first.output["error"] == "States.ItemReaderFailed"
    assert run.messages[-1].subject == "[dev] tables: 0 of 0 items failed: States.ItemReaderFailed"
    assert "States.ItemReaderFailed: The specified key does not exist" in run.messages[-1].message
    assert alarms_of(run) == [("stack-fan-out-failed", "ALARM")]


@pytest.mark.parametrize("text", ["no JSON", '"a"', "7"])
def test_an_object_without_items_is_reported(text: str):
    run = read_item({}, text)
    assert run.first.output["error"] == "States.ItemReaderFailed"
    assert run.job_runs == []


def test_a_column_that_the_object_does_not_have_fails_each_item_before_its_jobs():
    run = read_item({}, "name\na\nb\n", "items__csv")
    assert run.first.output["counts"]["failed"] == 2
    assert run.job_runs == []
    assert all('"name":"' in child.item for child in children_of(run))
    assert "The expression of the argument --table yields nothing" in run.first.output["failures"][0]["message"]


def test_items_that_are_not_objects_fail_where_an_expression_needs_a_key():
    run = fan_out({"items": ["a", {"table": "b"}]})
    assert run.first.output["counts"] == {"total": 2, "succeeded": 1, "failed": 1, "pending": 0}
    assert run.first.output["failures"][0]["item"] == "a"


@pytest.mark.parametrize(("tolerated", "failed"), [(2, 3), ("20%", 3), (0, 1), ("0%", 1)])
def test_no_further_item_starts_after_too_many_failures(tolerated: Any, failed: int):
    names = [f"t{index}" for index in range(10)]
    behaviour = many(faults=[Fault("extract")])
    run = fan_out(tables(*names), behaviour, tolerated_failures=tolerated, max_concurrency=1)
    counts = run.first.output["counts"]
    assert (counts["total"], counts["failed"], counts["succeeded"]) == (10, failed, 0)
    assert counts["pending"] == 10 - failed
    assert run.first.output["error"] == "States.ExceedToleratedFailureThreshold"
    assert run.messages[-1].subject == f"[dev] tables: {failed} of 10 items failed, {10 - failed} did not start"
    assert [row["item"] for row in run.first.output["failures"]] == names[:failed]


def test_running_items_are_aborted_and_counted_when_too_many_have_failed():
    behaviour = many(faults=[Fault("extract", 1)], seconds={"load": 3_600.0})
    run = fan_out(tables("a", "b"), behaviour, tolerated_failures=0, max_concurrency=2)
    assert sorted(child.status for child in children_of(run)) == ["ABORTED", "FAILED"]
    assert run.first.output["counts"] == {"total": 2, "succeeded": 0, "failed": 2, "pending": 0}


def test_a_resumed_execution_begins_each_item_with_its_job():
    rest = [{"item": {"table": "a"}, "done": 1}, {"item": {"table": "b"}, "done": 0}]
    run = fan_out(
        {"remaining": {"bucket": BUCKET, "key": "rest.json"}}, many(objects=objects(rest__json=json.dumps(rest)))
    )
    assert run.first.states.count("RunRemaining") == 1
    assert jobs_of(run, "a") == [("load", "SUCCEEDED")]
    assert jobs_of(run, "b") == [("extract", "SUCCEEDED"), ("load", "SUCCEEDED")]
    assert run.first.output["counts"] == {"total": 2, "succeeded": 2, "failed": 0, "pending": 0}


def test_the_attempts_of_a_throttled_start_are_not_failures():
    run = fan_out(tables("a", "b"), many(throttles={"extract": 3}))
    assert run.first.output["counts"]["succeeded"] == 2
    assert sum(child.retries for child in children_of(run)) == 3
