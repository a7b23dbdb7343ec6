"""Which job runs of an execution have a log to show."""

from __future__ import annotations

from typing import Any

from sfnorch.aws.polling import Clock
from sfnorch.runs.history import read_events
from sfnorch.runs.job_logs import list_runs_with_logs
from sfnorch.runs.kinds import open_record
from sfnorch.runs.run_tree import RunTree
from tests.unit.runs.events import History


def tree(history: History) -> RunTree:
    """The run of one execution with this history."""
    client: Any = None
    found = RunTree(client, ["arn:aws:states:eu-central-1:111122223333:execution:etl-jobs:1"], Clock())
    found.roots[0].record = open_record()
    list(read_events(found.roots[0].record, history.events))
    return found


def test_the_last_try_of_each_job_that_failed_or_every_run():
    history = History()
    history.begin()
    history.assign(jobs=["a", "b", "c"])
    history.enter()
    history.start("a", "jr_1")
    history.end("SUCCEEDED", "jr_1")
    history.enter()
    history.start("b", "jr_2")
    history.end("FAILED", "jr_2", "first", log_group="/one")
    history.start("b")
    history.start("b", "jr_3")
    history.end("TIMEOUT", "jr_3", "second", log_group="/two")
    history.enter()
    history.start("c", "jr_4")
    found = tree(history)
    failed = [(run.job, run.run_id, run.status, run.message, run.log_group) for run in list_runs_with_logs(found)]
    every = [(run.job, run.run_id, run.status) for run in list_runs_with_logs(found, every=True)]
    assert failed == [("b", "jr_3", "TIMEOUT", "second", "/two")]
    assert every == [
        ("a", "jr_1", "SUCCEEDED"),
        ("b", "jr_2", "FAILED"),
        ("b", "jr_3", "TIMEOUT"),
        ("c", "jr_4", "RUNNING"),
    ]


def test_a_job_that_glue_did_not_start_is_among_them_without_a_run():
    history = History()
    history.begin()
    history.enter()
    history.start("a")
    assert [(run.job, run.run_id, run.message) for run in list_runs_with_logs(tree(history))] == [
        ("a", "", "Glue.X: refused")
    ]


def test_what_is_no_glue_job_is_not_among_them():
    history = History()
    history.begin()
    history.enter()
    call = {"resourceType": "aws-sdk:glue", "resource": "startWorkflowRun", "parameters": '{"Name": "w"}'}
    history.add("TaskScheduled", key="taskScheduled", **call)
    history.add("TaskFailed", key="taskFailed", error="Glue.X", cause="no")
    assert list_runs_with_logs(tree(history), every=True) == []


def test_a_run_that_the_cause_alone_names():
    history = History()
    history.begin()
    history.finish("FAILED", "GlueJobFailed", {"job": "a", "runId": "jr_1", "logGroup": "/etl"})
    (run,) = list_runs_with_logs(tree(history))
    assert (run.job, run.glue_name, run.run_id, run.status, run.log_group) == ("a", "a", "jr_1", "FAILED", "/etl")
