"""A stack in AWS with executions and job runs, as its services answer: for tests of `sfnorch history` and `status`."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.stub import Stubber

from sfnorch.app.account import AwsAccount
from sfnorch.aws.polling import Clock

AT = datetime(2026, 11, 1, 3, tzinfo=timezone.utc)
PREFIX = "arn:aws:states:eu-central-1:111122223333"
STACK_ID = "arn:aws:cloudformation:eu-central-1:111122223333:stack/etl/1"
TEMPLATE = """\
Resources:
  MasterStateMachine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: etl-master
      RoleArn: arn:aws:iam::111122223333:role/r
      Definition:
        QueryLanguage: JSONata
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Arguments: {JobName: load}
            Next: Clean
          Clean:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Arguments: {JobName: clean}
            Next: Gone
          Gone:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Arguments: {JobName: gone}
            End: true
"""


def execution(number: int, status: str = "SUCCEEDED", minutes: float = 10) -> dict[str, Any]:
    """The execution of this night, as ListExecutions has it."""
    started = AT + timedelta(days=number)
    row: dict[str, Any] = {
        "executionArn": f"{PREFIX}:execution:etl-master:{number}",
        "stateMachineArn": f"{PREFIX}:stateMachine:etl-master",
        "name": str(number),
        "status": status,
        "startDate": started,
    }
    return row if status == "RUNNING" else {**row, "stopDate": started + timedelta(minutes=minutes)}


def job_run(number: int, seconds: int = 100, status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    """A run of a job in this night, as GetJobRuns has it."""
    started = AT + timedelta(days=number, minutes=1)
    return {
        "Id": f"jr_{number}",
        "StartedOn": started,
        "CompletedOn": started + timedelta(seconds=seconds),
        "ExecutionTime": seconds - 10,
        "JobRunState": status,
        "WorkerType": "G.2X",
        "NumberOfWorkers": 5,
        "GlueVersion": "5.0",
        "ExecutionClass": "STANDARD",
        **more,
    }


class StubbedAccount:
    """An account whose answers are added in the order in which they are asked for."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.stubbers: dict[str, Stubber] = {}
        clients = {}
        for service in ("cloudformation", "stepfunctions", "glue", "cloudwatch"):
            client: Any = boto3.Session("x", "y", region_name="eu-central-1").client(service)  # type: ignore[call-overload]
            clients[service] = client
            self.stubbers[service] = Stubber(client)
            self.stubbers[service].activate()
        clock = Clock(now=AT.timestamp, sleep=self.waited.append)
        self.account = AwsAccount(session=SimpleNamespace(**clients), clock=clock)  # type: ignore[arg-type]

    def add(self, service: str, operation: str, answer: dict[str, Any], given: dict[str, Any] | None = None) -> None:
        """Add an answer; a call with other parameters than these is an error."""
        self.stubbers[service].add_response(operation, answer, given)

    def add_stack(self, template: str = TEMPLATE, alarms: tuple[str, ...] = ()) -> None:
        """Add the answers about the stack; without a template, reading it is not permitted."""
        stack = {"StackId": STACK_ID, "StackName": "etl", "StackStatus": "CREATE_COMPLETE", "CreationTime": AT}
        self.add("cloudformation", "describe_stacks", {"Stacks": [stack]})
        names = {f"{PREFIX}:stateMachine:etl-master": ("MasterStateMachine", "AWS::StepFunctions::StateMachine")}
        names |= {name: (f"Alarm{number}", "AWS::CloudWatch::Alarm") for number, name in enumerate(alarms)}
        resources = [
            {
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": name,
                "ResourceType": kind,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": AT,
            }
            for name, (logical_id, kind) in names.items()
        ]
        self.add("cloudformation", "list_stack_resources", {"StackResourceSummaries": resources})
        if template:
            self.add("cloudformation", "get_template", {"TemplateBody": template})
        else:
            self.stubbers["cloudformation"].add_client_error("get_template", "AccessDenied", "not authorized", 403)

    def check(self) -> None:
        """Check that all answers were asked for."""
        for stubber in self.stubbers.values():
            stubber.assert_no_pending_responses()
