"""The actions that a Task calls, and the permissions that its machine's role requires for them.

The table contains the permissions in the AWS documentation of each integration. For a call that is not in the table,
`needs` returns None, and no rule checks it. A resource that is chosen at run time is `*`.
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sfnorch.template.located import Object
from sfnorch.template.resources import Surroundings
from sfnorch.template.states import LocatedState

ANY = "*"
Given: TypeAlias = Callable[[str], str]
"""A call's arguments by name: a text, ANY if it is not a text or is unknown, empty if it is missing."""

_INTEGRATION = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:(?P<call>.+?)(?P<way>\.sync(?::2)?|\.waitForTaskToken)?")
_OWN = re.compile(r"\$states\.context\.StateMachine\.Id\b")
_LAMBDA = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:.+")
_MACHINE = re.compile(r"(arn:[^:]+):states:([^:]*):([^:]*):stateMachine:([^:/]+).*")
_ACTIVITY = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:activity:.*")
_QUEUE = re.compile(r"https://sqs\.([^.]+)\.[^/]+/([^/]+)/(.+)")

MANAGED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
"""The EventBridge rule that notifies Step Functions when a child execution ends."""


@dataclass(frozen=True, slots=True)
class Need:
    """An action that the role must allow, and the resource of the action."""

    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A Task's call: `glue:startJobRun` or `aws-sdk:glue:getJobRun`, and its integration pattern: `.sync` or empty."""

    name: str
    way: str = ""

    @property
    def action(self) -> str:
        """Return the action without the kind of integration: `glue:startJobRun`."""
        return self.name.removeprefix("aws-sdk:")

    @property
    def service(self) -> str:
        """Return the service as the integration names it."""
        return self.action.partition(":")[0]

    def __str__(self) -> str:
        return self.name + self.way


def call_of(state: LocatedState) -> ServiceCall | None:
    """Return the Task's call; None for another state, an activity, or an unknown resource."""
    resource = state.text("Resource")
    if state.kind != "Task" or not resource:
        return None
    if _LAMBDA.fullmatch(resource):
        return ServiceCall("lambda:invoke")
    match = _INTEGRATION.fullmatch(resource)
    if match is None or match["call"].startswith("activity"):
        return None
    return ServiceCall(match["call"], match["way"] or "")


def argument(state: LocatedState, name: str) -> str:
    """Return the Task's argument as text; ANY if an expression computes it, empty if it is missing."""
    key = "Arguments" if state.jsonata else "Parameters"
    given: Any = state.body.get(key)
    if isinstance(given, str):
        return ANY
    if not isinstance(given, Object):
        return ""
    if f"{name}.$" in given:
        return ANY
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or (state.jsonata and value.startswith("{%")):
        return ANY
    return value


def needs(state: LocatedState, where: Surroundings, given: Given | None = None) -> list[Need] | None:
    """Return the permissions that a Task requires; empty for a state without a call, None for an unknown call.

    `given` returns the call's arguments by name, like `argument`. Without it, they are those of the definition.
    """
    given = given or partial(argument, state)
    call = call_of(state)
    if call is None:
        return None if state.kind == "Task" and not _ACTIVITY.fullmatch(state.text("Resource")) else []
    if call.name == "lambda:invoke":
        return [Need("lambda:InvokeFunction", _function(state, given, where))]
    if call.name in ("states:startExecution", "aws-sdk:sfn:startExecution"):
        return _start_execution(given("StateMachineArn"), call.way, where)
    row = _CALLS.get(str(call)) or _CALLS.get(call.name)
    if row is not None:
        return [Need(action, resource.of(given, where)) for actions, resource in row for action in actions.split()]
    prefix = _SDK_PREFIXES.get(call.service)
    if call.name.startswith("aws-sdk:") and prefix:
        action = call.name.rpartition(":")[2]
        return [Need(f"{prefix}:{action[:1].upper()}{action[1:]}", ANY)]
    return None


def distributed_map_needs(machine_arn: str) -> list[Need]:
    """Return the permissions that a distributed Map requires: its items run as executions of the machine itself.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    return [Need("states:StartExecution", machine_arn)]


def child_machine(state: LocatedState) -> str:
    """Return the ARN of the machine that the Task starts; empty if it starts none, ANY if it is chosen at run time."""
    call = call_of(state)
    return argument(state, "StateMachineArn") if call and call.name.endswith(":startExecution") else ""


def starts_itself(state: LocatedState) -> bool:
    """Return whether the Task starts its own machine again and does not wait for the new execution."""
    call = call_of(state)
    given = state.body.get("Arguments")
    machine = given.get("StateMachineArn") if isinstance(given, Object) else None
    own = isinstance(machine, str) and _OWN.search(machine) is not None
    return own and call is not None and call.name.endswith(":startExecution") and not call.way


@dataclass(frozen=True, slots=True)
class _Arn:
    """A resource's ARN, built from an argument of the call."""

    service: str
    end: str
    argument: str
    always_name: bool = False
    """Whether the argument is a name even if it looks like an ARN."""

    def of(self, given: Given, where: Surroundings) -> str:
        value = given(self.argument)
        if not value or value == ANY:
            return ANY
        if not self.always_name and value.startswith(("arn:", "<")):
            return value
        if self.service == "sqs" and (match := _QUEUE.fullmatch(value)):
            return f"arn:{where.partition}:sqs:{match[1]}:{match[2]}:{match[3]}"
        if self.service == "s3":
            return f"arn:{where.partition}:s3:::{value}/{given('Key') or ANY}"
        end = self.end.replace("{}", value)
        return f"arn:{where.partition}:{self.service}:{where.region}:{where.account}:{end}"


@dataclass(frozen=True, slots=True)
class _Any:
    """A call for which AWS documents no resource."""

    def of(self, given: Given, where: Surroundings) -> str:
        return ANY


_ALARM = _Arn("cloudwatch", "alarm:{}", "AlarmName", always_name=True)
_GLUE_JOB = _Arn("glue", "job/{}", "JobName", always_name=True)
_GLUE_WORKFLOW = _Arn("glue", "workflow/{}", "Name", always_name=True)
_TABLE = _Arn("dynamodb", "table/{}", "TableName")
_QUEUE_ARN = _Arn("sqs", "{}", "QueueUrl")
_TOPIC = _Arn("sns", "{}", "TopicArn")
_Row = tuple[tuple[str, "_Arn | _Any"], ...]
_CALLS: Mapping[str, _Row] = {
    "glue:startJobRun": (("glue:StartJobRun", _GLUE_JOB),),
    "glue:startJobRun.sync": (("glue:StartJobRun glue:GetJobRun glue:GetJobRuns glue:BatchStopJobRun", _GLUE_JOB),),
    "aws-sdk:glue:startJobRun": (("glue:StartJobRun", _GLUE_JOB),),
    "aws-sdk:glue:getJobRun": (("glue:GetJobRun", _GLUE_JOB),),
    "aws-sdk:glue:startWorkflowRun": (("glue:StartWorkflowRun", _GLUE_WORKFLOW),),
    "aws-sdk:glue:getWorkflowRun": (("glue:GetWorkflowRun", _GLUE_WORKFLOW),),
    "sns:publish": (("sns:Publish", _TOPIC),),
    "aws-sdk:sns:publish": (("sns:Publish", _TOPIC),),
    "aws-sdk:sns:publishBatch": (("sns:Publish", _TOPIC),),
    "aws-sdk:sqs:sendMessageBatch": (("sqs:SendMessage", _QUEUE_ARN),),
    "sqs:sendMessage": (("sqs:SendMessage", _QUEUE_ARN),),
    "aws-sdk:sqs:sendMessage": (("sqs:SendMessage", _QUEUE_ARN),),
    "aws-sdk:cloudwatch:setAlarmState": (("cloudwatch:SetAlarmState", _ALARM),),
    "aws-sdk:redshiftdata:executeStatement": (("redshift-data:ExecuteStatement", _Any()),),
    "aws-sdk:redshiftdata:describeStatement": (("redshift-data:DescribeStatement", _Any()),),
    "aws-sdk:redshiftdata:cancelStatement": (("redshift-data:CancelStatement", _Any()),),
    "aws-sdk:sfn:describeExecution": (("states:DescribeExecution", _Arn("states", "{}", "ExecutionArn")),),
    "aws-sdk:s3:putObject": (("s3:PutObject", _Arn("s3", "", "Bucket")),),
    "aws-sdk:s3:getObject": (("s3:GetObject", _Arn("s3", "", "Bucket")),),
    "aws-sdk:lambda:invoke": (("lambda:InvokeFunction", _Any()),),
    **{
        f"{prefix}dynamodb:{call}Item": ((f"dynamodb:{call[:1].upper()}{call[1:]}Item", _TABLE),)
        for prefix in ("", "aws-sdk:")
        for call in ("get", "put", "update", "delete")
    },
}
_SDK_PREFIXES = {
    "athena": "athena",
    "cloudwatch": "cloudwatch",
    "codebuild": "codebuild",
    "eventbridge": "events",
    "glue": "glue",
    "secretsmanager": "secretsmanager",
    "sfn": "states",
    "ssm": "ssm",
}
"""Services whose API calls are IAM actions of the same name, and their IAM prefix."""


def _function(state: LocatedState, given: Given, where: Surroundings) -> str:
    resource = state.text("Resource")
    name = resource if _LAMBDA.fullmatch(resource) else given("FunctionName") or ANY
    qualifier = given("Qualifier")
    if ANY in (name, qualifier):
        return ANY
    if not name.startswith(("arn:", "<")):
        end = name.rpartition("function:")[2]
        name = f"arn:{where.partition}:lambda:{where.region}:{where.account}:function:{end}"
    if qualifier and not name.startswith("<"):
        name = f"{name}:{qualifier}"
    # a permission on the function and one on all its qualifiers both allow a call of $LATEST
    return f"{name.removesuffix(':$LATEST')}*" if name.endswith(":$LATEST") else name


def _start_execution(machine: str, way: str, where: Surroundings) -> list[Need]:
    match = _MACHINE.fullmatch(machine)
    if match:  # IAM checks the machine, also if a version or an alias of it is started
        machine = f"{match[1]}:states:{match[2]}:{match[3]}:stateMachine:{match[4]}"
    found = [Need("states:StartExecution", machine or ANY)]
    if way.startswith(".sync"):
        match = _MACHINE.fullmatch(machine)
        prefix = f"arn:{where.partition}:states:{where.region}:{where.account}"
        executions = (
            f"{match[1]}:states:{match[2]}:{match[3]}:execution:{match[4]}:*" if match else f"{prefix}:execution:*"
        )
        rule = f"arn:{where.partition}:events:{where.region}:{where.account}:rule/{MANAGED_RULE}"
        found += [Need(f"states:{action}Execution", executions) for action in ("Describe", "Stop")]
        found += [Need(f"events:{action}", rule) for action in ("PutTargets", "PutRule", "DescribeRule")]
    return found
