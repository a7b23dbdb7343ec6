"""The calls that pass roles exist in AWS's API, and what they need of the role that calls them."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import Shape, StructureShape

from sfnorch.template.passed_roles import PASS_ROLE_CALLS
from sfnorch.template.reader import parse_template
from sfnorch.template.requirements import Requirements, list_requirements
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import build_scope

CLIENTS = {
    "elasticmapreduce": "emr",
    "emrserverless": "emr-serverless",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}
"""What botocore calls the services that an integration names otherwise."""

OPTIMIZED = {"createCluster": "run_job_flow"}
SESSION = botocore.session.Session()
HERE = StackEnvironment()
ROLE = "arn:aws:iam::123456789012:role/r"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"


def members(shape: Shape | None, depth: int = 0) -> set[str]:
    """The names of all members of a shape, at every depth."""
    if shape is None or depth > 6:
        return set()
    if isinstance(shape, StructureShape):
        inner = [members(member, depth + 1) for member in shape.members.values()]
        return set(shape.members).union(*inner)
    return members(getattr(shape, "member", None), depth + 1)


@pytest.mark.parametrize("service", PASS_ROLE_CALLS)
def test_the_calls_exist_and_take_a_role(service: str):
    model = SESSION.get_service_model(CLIENTS.get(service, service))
    operations = {xform_name(name): model.operation_model(name) for name in model.operation_names}
    for call in PASS_ROLE_CALLS[service][1]:
        operation = operations[OPTIMIZED.get(call) or xform_name(call[:1].upper() + call[1:])]
        assert [name for name in members(operation.input_shape) if name.lower().endswith(("role", "rolearn"))], call


def required(resource: str, given: dict[str, Any], language: str = "JSONata", **more: Any) -> Requirements:
    key = "Arguments" if language == "JSONata" else "Parameters"
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", key: given, "End": True, **more}
    text = json.dumps({"QueryLanguage": language, "StartAt": "T", "States": {"T": task}})
    return list_requirements(build_scope(parse_template(text, "t.json").data).states["T"], HERE, MACHINE)


def shown(found: Requirements) -> list[str]:
    return [
        " ".join([one.need.action, one.need.resource, *(f"{key}={value}" for key, value in one.context.items())])
        for one in found.required
    ] + list(found.gaps)


GLUE = "iam:PassedToService=glue.amazonaws.com"
SCHEDULE = "iam:PassedToService=scheduler.amazonaws.com"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus"
REQUIRED: dict[str, tuple[str, dict[str, Any], str, list[str]]] = {
    "a role's ARN": (
        "aws-sdk:glue:createJob",
        {"Name": "j", "Role": ROLE},
        "JSONata",
        ["glue:CreateJob *", f"iam:PassRole {ROLE} {GLUE}"],
    ),
    "a role's name": (
        "aws-sdk:glue:createJob",
        {"Role": "r"},
        "JSONata",
        ["glue:CreateJob *", f"iam:PassRole arn:aws:iam::123456789012:role/<the path of the role r>r {GLUE}"],
    ),
    "an expression": (
        "aws-sdk:glue:updateJob",
        {"JobUpdate": {"Role.$": "$.role"}},
        "JSONPath",
        ["glue:UpdateJob *", f"iam:PassRole arn:aws:iam::123456789012:role/* {GLUE}"],
    ),
    "a role inside, twice": (
        "aws-sdk:scheduler:createSchedule",
        {"Target": [{"RoleArn": ROLE}, {"RoleArn": ROLE}]},
        "JSONata",
        [
            f"iam:PassRole {ROLE} {SCHEDULE}",
            "the permissions that aws-sdk:scheduler:createSchedule requires are unknown",
        ],
    ),
    "a role of a call that may not pass it": (
        "aws-sdk:glue:tagResource",
        {"ResourceRole": ROLE},
        "JSONata",
        [
            "glue:TagResource *",
            f"it is unknown whether aws-sdk:glue:tagResource passes the role {ROLE}, which requires iam:PassRole",
        ],
    ),
    "events": (
        "events:putEvents",
        {
            "Entries": [
                {"Source": "etl", "DetailType": "done"},
                {"EventBusName": "orders"},
                {"EventBusName": f"{BUS}/bills"},
                {"EventBusName": "{% $bus %}"},
                {"EventBusName": "orders"},
            ]
        },
        "JSONata",
        [
            f"events:PutEvents {BUS}/default events:source=etl events:detail-type=done",
            f"events:PutEvents {BUS}/orders",
            f"events:PutEvents {BUS}/bills",
            f"events:PutEvents {BUS}/*",
        ],
    ),
    "computed events": (
        "aws-sdk:eventbridge:putEvents",
        {"Entries.$": "$.events"},
        "JSONPath",
        [f"events:PutEvents {BUS}/*"],
    ),
    "a namespace": (
        "aws-sdk:cloudwatch:putMetricData",
        {"Namespace": "Etl", "MetricData": []},
        "JSONata",
        ["cloudwatch:PutMetricData * cloudwatch:namespace=Etl"],
    ),
}


@pytest.mark.parametrize("name", REQUIRED)
def test_what_a_call_requires(name: str):
    resource, given, language, expected = REQUIRED[name]
    assert shown(required(resource, given, language)) == expected


@pytest.mark.parametrize(
    ("credentials", "role"),
    [({"RoleArn": ROLE}, ROLE), ({"RoleArn": "{% $role %}"}, "*"), ("{% $all %}", "*"), ({"RoleArn.$": "$.r"}, "*")],
)
def test_the_role_that_a_task_takes_on(credentials: Any, role: str):
    assert required("sns:publish", {"TopicArn": "t"}, Credentials=credentials).role == role
    assert required("sns:publish", {"TopicArn": "t"}).role == ""
