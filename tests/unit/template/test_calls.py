from __future__ import annotations

import pytest

from sfnorch.template.calls import ServiceCall, find_child_arn, list_needs, parse_call
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import LocatedState, build_scope

HERE = "us-east-1:123456789012"
S = "arn:aws:states:::"


def task(body: str, language: str = "JSONPath") -> LocatedState:
    text = f"QueryLanguage: {language}\nStartAt: T\nStates:\n  T: {{Type: Task, End: true, {body}}}\n"
    return build_scope(parse_template(text, "t.yaml").data).states["T"]


NEEDS: dict[str, list[str] | None] = {
    f"Resource: {S}glue:startJobRun, Parameters: {{JobName: a}}": [f"glue:StartJobRun arn:aws:glue:{HERE}:job/a"],
    f"Resource: {S}glue:startJobRun.sync, Parameters: {{JobName.$: $.a}}": [
        "glue:StartJobRun *",
        "glue:GetJobRun *",
        "glue:GetJobRuns *",
        "glue:BatchStopJobRun *",
    ],
    f"Resource: {S}glue:startJobRun, Parameters: {{JobName: 'arn:a'}}": [
        f"glue:StartJobRun arn:aws:glue:{HERE}:job/arn:a"
    ],
    f"Resource: {S}glue:startJobRun": ["glue:StartJobRun *"],
    f"Resource: {S}aws-sdk:glue:getWorkflowRun, Parameters: {{Name: w}}": [
        f"glue:GetWorkflowRun arn:aws:glue:{HERE}:workflow/w"
    ],
    f"Resource: 'arn:aws:lambda:{HERE}:function:f:live'": [
        f"lambda:InvokeFunction arn:aws:lambda:{HERE}:function:f:live"
    ],
    f"Resource: {S}lambda:invoke.waitForTaskToken, Parameters: {{FunctionName: f}}": [
        f"lambda:InvokeFunction arn:aws:lambda:{HERE}:function:f"
    ],
    f"Resource: {S}lambda:invoke, Parameters: {{FunctionName: '123456789012:function:f:$LATEST'}}": [
        f"lambda:InvokeFunction arn:aws:lambda:{HERE}:function:f*"
    ],
    f"Resource: {S}lambda:invoke, Parameters: {{FunctionName: f, Qualifier: live}}": [
        f"lambda:InvokeFunction arn:aws:lambda:{HERE}:function:f:live"
    ],
    f"Resource: {S}lambda:invoke, Parameters: {{FunctionName: f, Qualifier.$: $.q}}": ["lambda:InvokeFunction *"],
    f"Resource: {S}aws-sdk:sqs:sendMessageBatch": ["sqs:SendMessage *"],
    f"Resource: {S}aws-sdk:dynamodb:transactWriteItems": None,
    f"Resource: {S}lambda:invoke, Parameters: {{FunctionName: <F.Arn>}}": ["lambda:InvokeFunction <F.Arn>"],
    f"Resource: {S}lambda:invoke": ["lambda:InvokeFunction *"],
    f"Resource: {S}sns:publish, Parameters: {{TopicArn: 'arn:aws:sns:{HERE}:t'}}": [
        f"sns:Publish arn:aws:sns:{HERE}:t"
    ],
    f"Resource: {S}sqs:sendMessage, Parameters: {{QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/q'}}": [
        "sqs:SendMessage arn:aws:sqs:us-east-1:1:q"
    ],
    f"Resource: {S}dynamodb:putItem, Parameters: {{TableName: t}}": [
        f"dynamodb:PutItem arn:aws:dynamodb:{HERE}:table/t"
    ],
    f"Resource: {S}aws-sdk:s3:putObject, Parameters: {{Bucket: b, Key: k/x}}": ["s3:PutObject arn:aws:s3:::b/k/x"],
    f"Resource: {S}aws-sdk:s3:putObject, Parameters: {{Bucket: b, Key.$: $.k}}": ["s3:PutObject arn:aws:s3:::b/*"],
    f"Resource: {S}aws-sdk:cloudwatch:setAlarmState, Parameters: {{AlarmName: a}}": [
        f"cloudwatch:SetAlarmState arn:aws:cloudwatch:{HERE}:alarm:a"
    ],
    f"Resource: {S}aws-sdk:redshiftdata:executeStatement": ["redshift-data:ExecuteStatement *"],
    f"Resource: {S}aws-sdk:athena:getQueryExecution": ["athena:GetQueryExecution *"],
    f"Resource: {S}states:startExecution, Parameters: {{StateMachineArn: 'arn:aws:states:{HERE}:stateMachine:m'}}": [
        f"states:StartExecution arn:aws:states:{HERE}:stateMachine:m"
    ],
    f"Resource: {S}states:startExecution.sync:2, "
    f"Parameters: {{StateMachineArn: 'arn:aws:states:{HERE}:stateMachine:m:live'}}": [
        f"states:StartExecution arn:aws:states:{HERE}:stateMachine:m",
        f"states:DescribeExecution arn:aws:states:{HERE}:execution:m:*",
        f"states:StopExecution arn:aws:states:{HERE}:execution:m:*",
        *(
            f"events:{action} arn:aws:events:{HERE}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
            for action in ("PutTargets", "PutRule", "DescribeRule")
        ),
    ],
    f"Resource: {S}states:startExecution.sync, Parameters: {{StateMachineArn.$: $.m}}": [
        "states:StartExecution *",
        f"states:DescribeExecution arn:aws:states:{HERE}:execution:*",
        f"states:StopExecution arn:aws:states:{HERE}:execution:*",
        *(
            f"events:{action} arn:aws:events:{HERE}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
            for action in ("PutTargets", "PutRule", "DescribeRule")
        ),
    ],
    f"Resource: 'arn:aws:states:{HERE}:activity:a'": [],
    "Resource: x": None,
    f"Resource: {S}ecs:runTask.sync": None,
    f"Resource: {S}aws-sdk:ec2:runInstances": None,
}


@pytest.mark.parametrize("body", NEEDS)
def test_what_a_task_needs(body: str):
    found = list_needs(task(body), StackEnvironment())
    assert (None if found is None else [f"{need.action} {need.resource}" for need in found]) == NEEDS[body]


ARGUMENTS = {
    "Arguments: {JobName: a}": f"arn:aws:glue:{HERE}:job/a",
    "Arguments: {JobName: '{% $job %}'}": "*",
    "Arguments: '{% $arguments %}'": "*",
    "Arguments: {JobName: 1}": "*",
    "Parameters: {JobName: a}": "*",
}


@pytest.mark.parametrize("body", ARGUMENTS)
def test_arguments_in_jsonata(body: str):
    found = list_needs(task(f"Resource: {S}glue:startJobRun, {body}", "JSONata"), StackEnvironment())
    assert found is not None
    assert [need.resource for need in found] == [ARGUMENTS[body]]


def test_calls():
    assert parse_call(task(f"Resource: {S}glue:startJobRun.sync")) == ServiceCall("glue:startJobRun", ".sync")
    call = parse_call(task(f"Resource: {S}aws-sdk:sfn:startExecution"))
    assert call is not None
    assert (call.service, str(call)) == ("sfn", "aws-sdk:sfn:startExecution")
    assert find_child_arn(task(f"Resource: {S}states:startExecution, Parameters: {{StateMachineArn: m}}")) == "m"
    assert find_child_arn(task("Resource: x")) == ""
