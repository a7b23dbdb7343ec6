"""Results that services can return instead of the simulated ones: those that let a state machine take another way."""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.json_values import Json
from sfnorch.template.calls import parse_call
from sfnorch.template.states import LocatedState


class Answer(NamedTuple):
    """A mock of a Task, and what it means."""

    name: str
    mock: Json


def _always(name: str, result: Json) -> Answer:
    return Answer(name, {"Return": result})


def _then(name: str, first: Json, second: Json) -> Answer:
    return Answer(name, {"0": {"Return": first}, "1-9": {"Return": second}})


_STATISTICS: Json = {
    "TotalActions": 3,
    "SucceededActions": 2,
    "FailedActions": 0,
    "TimeoutActions": 0,
    "ErroredActions": 0,
    "StoppedActions": 0,
}


def _describe_workflow(status: str, **counts: int) -> Json:
    assert isinstance(_STATISTICS, dict)  # noqa: S101 - as it is above
    return {"Run": {"Status": status, "Statistics": {**_STATISTICS, **counts}}}


def _describe_execution(status: str, **more: str) -> Json:
    return {"Status": status, **more}


_RUNNING = _describe_execution("RUNNING")

ANSWERS: dict[str, tuple[Answer, ...]] = {
    "aws-sdk:sfn:describeExecution": (
        _then("runs, and then succeeds", _RUNNING, _describe_execution("SUCCEEDED", Output="{}")),
        _then(
            "runs, and then fails", _RUNNING, _describe_execution("FAILED", Error="Failed", Cause="simulated failure")
        ),
        _always("has failed", _describe_execution("FAILED", Error="Failed", Cause="simulated failure")),
        _always("has succeeded", _describe_execution("SUCCEEDED", Output="{}")),
        _always("never ends", _RUNNING),
    ),
    "aws-sdk:glue:getWorkflowRun": (
        _always("has failed actions", _describe_workflow("COMPLETED", FailedActions=1)),
        _always("ended with an error", _describe_workflow("ERROR", ErroredActions=1)),
        _always("never ends", _describe_workflow("RUNNING")),
    ),
    "aws-sdk:redshiftdata:describeStatement": (
        _always("has failed", {"Status": "FAILED", "Error": "simulated failure"}),
        _always("was aborted", {"Status": "ABORTED"}),
        _always("never ends", {"Status": "STARTED"}),
    ),
    "aws-sdk:glue:getCrawler": (
        _always("never ends", {"Crawler": {"State": "RUNNING"}}),
        _always("never starts", {"Crawler": {"State": "READY"}}),
        _then(
            "failed",
            {"Crawler": {"State": "READY"}},
            {
                "Crawler": {
                    "State": "READY",
                    "LastCrawl": {"Status": "FAILED", "ErrorMessage": "simulated failure", "StartTime": 1},
                }
            },
        ),
        _always("is stopping", {"Crawler": {"State": "STOPPING"}}),
    ),
    "glue:startJobRun": (_always("was stopped", {"Id": "jr_1", "JobRunState": "STOPPED"}),),
    "states:startExecution": (_always("succeeds", {"Output": {}}),),
    "dynamodb:getItem": (_then("has disappeared", {}, {}),),
    "lambda:invoke": (_always("returns nothing", {"Payload": {}}),),
    "aws-sdk:s3:getObject": (_always("is empty", {"Body": "{}"}),),
}


def list_answers(state: LocatedState) -> tuple[Answer, ...]:
    """Return the results of a Task that are worth a try."""
    call = parse_call(state)
    return (*ANSWERS.get(call.name, ()), Answer("returns nothing", {"Return": {}})) if call else ()
