"""Stand-ins for Redshift's Data API, S3 and Glue workflows: what they answer, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour, Fault
from tests.unit.simulator.test_services import failure, one, play

REDSHIFT = "arn:aws:states:::aws-sdk:redshiftdata:"
SQL = {"Type": "Task", "Resource": f"{REDSHIFT}executeStatement", "Arguments": {"Sql": "select 1", "Database": "d"}}


def then(first: dict[str, Any], seconds: int, call: str, behaviour: Behaviour | None = None) -> Any:
    states = {
        "First": {**first, "Assign": {"id": "{% $states.result.Id %}"}, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Then"},
        "Then": {"Type": "Task", "Resource": REDSHIFT + call, "Arguments": {"Id": "{% $id %}"}, "End": True},
    }
    return play(states, behaviour)


@pytest.mark.parametrize(
    ("seconds", "behaviour", "wanted"),
    [
        (1, None, {"HasResultSet": False, "Status": "STARTED"}),
        (6, None, {"HasResultSet": False, "Status": "FINISHED", "ResultRows": 0}),
        (
            6,
            Behaviour(faults=[Fault(job="First", message="no table")]),
            {"HasResultSet": False, "Status": "FAILED", "Error": "no table"},
        ),
    ],
)
def test_a_statement_as_redshift_describes_it(seconds: int, behaviour: Behaviour | None, wanted: dict[str, Any]):
    run = then(SQL, seconds, "describeStatement", behaviour)
    assert run.first.output == {"Id": run.job_runs[0].run_id, **wanted}


def test_a_statement_is_cancelled_while_it_runs():
    run = then(SQL, 1, "cancelStatement")
    assert (run.first.output, run.job_runs[0].status, run.job_runs[0].ended) == ({"Status": True}, "STOPPED", 1.0)
    assert failure(then(SQL, 9, "cancelStatement")) == (
        "RedshiftData.ValidationException",
        "Could not cancel a query that is FINISHED",
    )


def test_the_start_of_a_statement_may_be_throttled():
    run = play({"A": {**SQL, "End": True}}, Behaviour(throttles={"A": 1}))
    said = "The number of active statements exceeds the limit (Service: RedshiftData, Status Code: 400)"
    assert failure(run) == ("RedshiftData.ActiveStatementsExceededException", said)
    retry = [{"ErrorEquals": ["RedshiftData.ActiveStatementsExceededException"], "IntervalSeconds": 5}]
    run = play({"A": {**SQL, "Retry": retry, "End": True}}, Behaviour(throttles={"A": 1}))
    assert [(job.job, job.started) for job in run.job_runs] == [("A", 5.0)]


def test_the_same_token_is_the_same_statement():
    call = {**SQL, "Arguments": {"Sql": "select 1", "ClientToken": "t"}}
    run = play({"A": {**call, "Next": "B"}, "B": {**call, "End": True}})
    assert (len(run.job_runs), run.first.output) == (1, {"Id": run.job_runs[0].run_id})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Sql is missing"),
        (
            {"Sql": "x", "Parameters": [{"Name": "a", "Value": ""}]},
            "Parameters must have a Name and a Value, both texts",
        ),
        (
            {"Sql": "x", "Parameters": [{"Name": "a", "Value": 3}]},
            "Parameters must have a Name and a Value, both texts",
        ),
        ({"Sql": "x", "Parameters": {}}, "Parameters must have a Name and a Value, both texts"),
    ],
)
def test_what_redshift_refuses(arguments: dict[str, Any], said: str):
    evaluated = f"{{% $parse({json.dumps(json.dumps(arguments))}) %}}"
    assert failure(one({**SQL, "Arguments": evaluated})) == ("RedshiftData.ValidationException", said)


def test_a_statement_that_is_not_there():
    run = one({**SQL, "Resource": f"{REDSHIFT}describeStatement", "Arguments": {"Id": "x"}})
    assert failure(run) == ("RedshiftData.ResourceNotFoundException", "Query x does not exist")


PUT = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject"}


@pytest.mark.parametrize(
    ("body", "written"), [({"a": [1]}, '{"a":[1]}'), ("text", '"text"'), ([], "[]"), (0, "0"), ("ü", '"ü"')]
)
def test_an_object_is_written_as_json_whatever_it_is(body: Any, written: str):
    run = one({**PUT, "Arguments": {"Bucket": "b", "Key": "k", "Body": body}})
    assert [(stored.bucket, stored.key, stored.body) for stored in run.objects] == [("b", "k", written)]
    assert run.first.output["ETag"].strip('"').isalnum()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"Key": "k"}, "S3.S3Exception"), ({"Bucket": "b", "Key": "k" * 1025}, "S3.KeyTooLongException")],
)
def test_what_s3_refuses(arguments: dict[str, Any], error: str):
    evaluated = f"{{% $parse({json.dumps(json.dumps(arguments))}) %}}"
    assert failure(one({**PUT, "Arguments": evaluated}))[0] == error


GLUE = "arn:aws:states:::aws-sdk:glue:"


def workflow_run(seconds: int, behaviour: Behaviour | None = None) -> Any:
    start = {"Type": "Task", "Resource": f"{GLUE}startWorkflowRun", "Arguments": {"Name": "w"}}
    get = {
        "Type": "Task",
        "Resource": f"{GLUE}getWorkflowRun",
        "Arguments": {"Name": "w", "RunId": "{% $id %}"},
        "End": True,
    }
    states = {
        "Start": {**start, "Assign": {"id": "{% $states.result.RunId %}"}, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Get"},
        "Get": get,
    }
    return play(states, behaviour)


def test_a_workflows_run_as_glue_describes_it():
    run = workflow_run(299)
    statistics = run.first.output["Run"]["Statistics"]
    assert (run.first.output["Run"]["Status"], statistics["RunningActions"]) == ("RUNNING", 1)
    run = workflow_run(301, Behaviour(faults=[Fault(job="w")]))
    assert run.first.output["Run"] == {
        "Name": "w",
        "WorkflowRunId": run.job_runs[0].run_id,
        "StartedOn": 1767225600000,
        "CompletedOn": 1767225900000,
        "Status": "COMPLETED",
        "Statistics": {
            "ErroredActions": 0,
            "FailedActions": 1,
            "RunningActions": 0,
            "StoppedActions": 0,
            "SucceededActions": 2,
            "TimeoutActions": 0,
            "TotalActions": 3,
            "WaitingActions": 0,
        },
    }
    assert len(run.job_runs[0].run_id) == 67


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Behaviour(throttles={"w": 1}), "Glue.AWSGlueException"),
        (Behaviour(unknown=["w"]), "Glue.EntityNotFoundException"),
        (Behaviour(concurrent_runs={"w": 0}), "Glue.ConcurrentRunsExceededException"),
    ],
)
def test_a_workflow_that_glue_refuses_to_start(behaviour: Behaviour, error: str):
    assert failure(workflow_run(1, behaviour))[0] == error


def test_a_workflows_run_that_is_not_there():
    run = one({"Type": "Task", "Resource": f"{GLUE}getWorkflowRun", "Arguments": {"Name": "w", "RunId": "x"}})
    assert failure(run)[0] == "Glue.EntityNotFoundException"
    assert json.dumps(run.first.output) == "null"


def test_a_statement_takes_its_own_parameters_and_no_others():
    given = {"Sql": "select ':a', :b", "Database": "d", "Parameters": [{"Name": name, "Value": "1"} for name in "abc"]}
    assert failure(one({**SQL, "Arguments": given})) == (
        "RedshiftData.ValidationException",
        "Parameters list contains unused parameters. Unused parameters: [a, c]",
    )
    run = then({**SQL, "Arguments": {"Sql": "select :b", "Database": "d"}}, 6, "describeStatement")
    assert (run.first.output["Status"], run.first.output["Error"]) == ("FAILED", 'ERROR: syntax error at or near ":"')
    given = {"Sql": "select :b", "Database": "d", "Parameters": [{"Name": "b", "Value": "1"}]}
    assert then({**SQL, "Arguments": given}, 6, "describeStatement").first.output["Status"] == "FINISHED"
