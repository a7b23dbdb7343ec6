"""Calls that AWS refuses when a machine is created, and calls that it accepts."""

from __future__ import annotations

import pytest

from sfnorch.definitions.check import find_faults
from sfnorch.definitions.fault import DefinitionFault
from sfnorch.json_values import Json
from sfnorch.template.located import Object, SourceLocation, locate
from sfnorch.template.states import build_scope

JOB: dict[str, Json] = {"JobName": "a"}


def find_call_faults(resource: str, arguments: Json, *, jsonata: bool = True) -> list[DefinitionFault]:
    key = "Arguments" if jsonata else "Parameters"
    state: Json = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", key: arguments, "End": True}
    language = "JSONata" if jsonata else "JSONPath"
    definition = locate({"QueryLanguage": language, "StartAt": "S", "States": {"S": state}}, SourceLocation("file", 1))
    assert isinstance(definition, Object)
    return find_faults(build_scope(definition))


def describe(faults: list[DefinitionFault]) -> list[str]:
    return [f"{'/'.join(map(str, fault.path[2:]))}: {fault.message}; {fault.hint}" for fault in faults]


def describe_resource(resource: str, hint: str) -> list[str]:
    message = f"The resource provided arn:aws:states:::{resource} is not recognized. The value is not a valid resource "
    return [f"Resource: {message}ARN, or the resource is not available in this region.; {hint}"]


@pytest.mark.parametrize(
    ("resource", "hint"),
    [
        ("glue:startJobRuns.sync", "did you mean 'startJobRun'?"),
        ("glue:StartJobRun.sync", "did you mean 'startJobRun'?"),
        ("glue:startJobRun.snyc", "did you mean '.sync'?"),
        ("glue:startJobRun.sync:2", "did you mean '.sync'?"),
        ("glue:startJobRun.waitForTaskToken", "remove .waitForTaskToken"),
        ("glue:getJobRun", "use arn:aws:states:::aws-sdk:glue:getJobRun"),
        ("logs:putLogEvents", "use arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents"),
        ("aws-sdk:redshift-data:executeStatement", "use arn:aws:states:::aws-sdk:redshiftdata:executeStatement"),
        ("aws-sdk:glue:StartJobRun", "did you mean 'startJobRun'?"),
        ("aws-sdk:glue:startJobRun.sync", "remove .sync"),
        ("aws-sdk:lambda:invokeAsync", "did you mean 'invoke'?"),
        ("http:get", "use one of invoke"),
        ("aws-sdk:glue:doSomethingElse", "use an API action of glue"),
    ],
)
def test_an_integration_that_does_not_exist_is_refused(resource: str, hint: str) -> None:
    assert describe(find_call_faults(resource, "{% $states.input %}")) == describe_resource(resource, hint)


@pytest.mark.parametrize(
    ("resource", "arguments", "expected"),
    [
        (
            "glue:startJobRun.sync",
            {"jobName": "a"},
            "Arguments/jobName: The field 'jobName' is not supported by Step Functions; did you mean 'JobName'?",
        ),
        ("glue:startJobRun.sync", {}, "Arguments: The field 'JobName' is required but was missing; add it"),
        (
            "glue:startJobRun.sync",
            {**JOB, "Arguments": {"--n": 5}},
            "Arguments/Arguments/--n: --n is of the type number; use the type string",
        ),
        (
            "glue:startJobRun.sync",
            {**JOB, "NumberOfWorkers": "many"},
            "Arguments/NumberOfWorkers: NumberOfWorkers is of the type string; use the type number",
        ),
        (
            "glue:startJobRun.sync",
            {**JOB, "Nothing": 1},
            (
                "Arguments/Nothing: The field 'Nothing' is not supported by Step Functions; remove it; "
                "https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html has the arguments"
            ),
        ),
        ("sns:publish", {"TopicArn": "t"}, "Arguments: The field 'Message' is required but was missing; add it"),
        (
            "eks:runJob.sync",
            {"ClusterName": "c", "CertificateAuthority": "x", "Endpoint": "e", "Job": {}, "LogOptions": "all"},
            "Arguments/LogOptions: LogOptions is of the type string; use the type object",
        ),
        (
            "events:putEvents",
            {"Entries": [{"Detail": {}, "DetailType": "t", "Source": "s", "Detial": {}}]},
            "Arguments/Entries/0/Detial: The field 'Detial' is not supported by Step Functions; remove it",
        ),
        (
            "aws-sdk:dynamodb:query",
            {"TableName": 5},
            "Arguments/TableName: TableName is of the type number; use the type string",
        ),
        (
            "aws-sdk:glue:getJobRun",
            {"JobName": "a", "RunID": "r"},
            "Arguments/RunID: The field 'RunID' is not supported by Step Functions; did you mean 'RunId'?",
        ),
        (
            "aws-sdk:glue:startTrigger",
            {"Name": ["a"], "Other": True},
            "Arguments/Other: The field 'Other' is not supported by Step Functions; remove it",
        ),
    ],
)
def test_an_argument_that_aws_refuses_is_one_fault(resource: str, arguments: Json, expected: str) -> None:
    assert describe(find_call_faults(resource, arguments)) == [expected]


@pytest.mark.parametrize("jsonata", [True, False])
@pytest.mark.parametrize(
    ("resource", "arguments"),
    [
        ("glue:startJobRun.sync", {**JOB, "Arguments": {"--n": "5"}, "Timeout": 5, "NumberOfWorkers": "2"}),
        ("glue:startJobRun", {**JOB, "JobRunQueuingEnabled": "true"}),
        ("states:startExecution.sync:2", {"StateMachineArn": "m", "Input": {"a": 1}}),
        ("events:putEvents.waitForTaskToken", {"Entries": [{"Detail": {"a": 1}, "DetailType": "t", "Source": "s"}]}),
        (
            "batch:submitJob.sync",
            {"JobName": "a", "JobQueue": "q", "JobDefinition": "d", "RetryStrategy": {"attempts": 5}},
        ),
        ("aws-sdk:rds:describeDBInstances", {"DbInstanceIdentifier": "d"}),
        ("aws-sdk:rds:describeDBInstances", {"DBInstanceIdentifier": "d"}),
        ("aws-sdk:sfn:startExecution", {"StateMachineArn": "m", "Input": {"a": 1}}),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S": "1"}, "status": "new"}}),
        ("emr-serverless:startJobRun.sync", {"ApplicationId": "a", "ExecutionRoleArn": "r", "JobDriver": {}}),
        ("lambda:invoke.waitForTaskToken", {"FunctionName": "f", "Payload": [1, "a"]}),
        ("aws-sdk:newservice:doSomething", {"Anything": 1}),
        ("newservice:doSomething", {"Anything": 1}),
        ("glue:startJobRun.sync", {"JobName": "${Name}", "Timeout": "${Timeout}"}),
        ("sns:publish", {"TopicArn": "t", "Message": {"a": [1]}, "Subject": None}),
    ],
)
def test_a_call_that_aws_accepts_has_no_fault(resource: str, arguments: Json, jsonata: bool) -> None:
    assert find_call_faults(resource, arguments, jsonata=jsonata) == []


def test_values_that_are_known_at_run_time_are_not_checked() -> None:
    expressions: Json = {"JobName": "{% $job %}", "Timeout": "{% $x %}", "Arguments": {"--n": "{% 5 %}"}}
    paths: Json = {"JobName.$": "$.job", "Timeout.$": "$.t", "Arguments": {"--n.$": "$.n"}}

    assert find_call_faults("glue:startJobRun.sync", expressions) == []
    assert find_call_faults("glue:startJobRun.sync", paths, jsonata=False) == []


def test_a_name_that_ends_as_a_path_is_another_name_in_jsonata() -> None:
    faults = find_call_faults("glue:startJobRun.sync", {"JobName.$": "$.job"})

    assert describe(faults) == [
        "Arguments/JobName.$: The field 'JobName.$' is not supported by Step Functions; did you mean 'JobName'?"
    ]


def test_all_faults_of_a_call_come_at_once() -> None:
    faults = find_call_faults("glue:startJobRun.sync", {"Timeout": [], "Nothing": 1})

    assert describe(faults) == [
        (
            "Arguments/Nothing: The field 'Nothing' is not supported by Step Functions; remove it; "
            "https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html has the arguments"
        ),
        "Arguments: The field 'JobName' is required but was missing; add it",
        "Arguments/Timeout: Timeout is of the type array; use the type number",
    ]
