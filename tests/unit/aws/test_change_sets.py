"""Change sets as CloudFormation tells of them: pages, kinds of changes, why one failed."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.aws.change_sets import ChangeSet, ResourceChange, build_failure, describe, wait_for_change_set
from tests.replay import Clock
from tests.unit.aws.test_stack_events import AT, STACK

ARN = "arn:aws:cloudformation:eu-central-1:111122223333:changeSet/n/1"


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudformation")
    return client, Stubber(client)


def answer(status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    return {
        "ChangeSetName": "n",
        "ChangeSetId": ARN,
        "StackId": STACK,
        "StackName": "s",
        "CreationTime": AT,
        "Status": status,
        "ExecutionStatus": "AVAILABLE" if status == "CREATE_COMPLETE" else "UNAVAILABLE",
        "StatusReason": reason,
        "Parameters": [{"ParameterKey": "P", "ParameterValue": "a"}],
        **more,
    }


def resource(action: str, name: str, kind: str = "AWS::SNS::Topic", replacement: str = "", *causes: str) -> Any:
    details = [{"Target": {"Attribute": "Properties", "Name": cause}} for cause in causes]
    change = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, "Details": details}
    return {"Type": "Resource", "ResourceChange": change | ({"Replacement": replacement} if replacement else {})}


def test_all_changes_of_all_pages():
    client, stubber = stubbed()
    first = [resource("Add", "A"), resource("Modify", "B", "AWS::IAM::Role", "Conditional", "Path", "Path", "Tags")]
    second = [resource("Modify", "C", "AWS::SQS::QueuePolicy", "True"), resource("Remove", "D")]
    stubber.add_response(
        "describe_change_set", answer("CREATE_COMPLETE", Changes=first, NextToken="t"), {"ChangeSetName": ARN}
    )
    stubber.add_response(
        "describe_change_set", answer("CREATE_COMPLETE", Changes=second), {"ChangeSetName": ARN, "NextToken": "t"}
    )
    with stubber:
        found = describe(client, ARN)
    assert [(change.kind, change.logical_id, change.of_iam, change.causes) for change in found.changes] == [
        ("add", "A", False, ()),
        ("conditionally replace", "B", True, ("Path", "Tags")),
        ("replace", "C", True, ()),
        ("remove", "D", False, ()),
    ]
    assert (found.executable, found.empty, found.parameters) == (True, False, {"P": "a"})


def test_a_change_set_is_waited_for():
    client, stubber = stubbed()
    for status in ("CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"):
        stubber.add_response("describe_change_set", answer(status))
    clock = Clock(0)
    with stubber:
        assert wait_for_change_set(client, ARN, clock).status == "CREATE_COMPLETE"
    assert clock.slept == [0.3, pytest.approx(0.45)]


@pytest.mark.parametrize(
    ("reason", "empty"),
    [
        (
            "The submitted information didn't contain changes. Submit different information to create a change set.",
            True,
        ),
        ("No updates are to be performed.", True),
        ("Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification", False),
    ],
)
def test_a_change_set_that_failed_since_nothing_would_change(reason: str, empty: bool):
    client, stubber = stubbed()
    stubber.add_response("describe_change_set", answer("FAILED", reason))
    with stubber:
        assert describe(client, ARN).empty is empty


FAILED = ChangeSet(
    id=ARN,
    name="n",
    stack_id=STACK,
    stack_name="s",
    status="FAILED",
    execution_status="UNAVAILABLE",
    reason="The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation].",
    parameters={},
    changes=(),
)


def test_early_validation_is_told_fault_by_fault():
    client, stubber = stubbed()
    events = [
        {
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": "Topic",
            "ValidationPath": "/Resources/Topic/Properties/Colour",
            "ValidationStatusReason": "Unsupported property",
        },
        {"EventType": "STACK_EVENT", "ResourceStatusReason": "x"},
        {"EventType": "HOOK_INVOCATION_ERROR", "HookStatusReason": "A rule of ours"},
    ]
    stubber.add_response("describe_events", {"OperationEvents": events}, {"ChangeSetName": ARN})
    with stubber:
        told = build_failure(client, FAILED)
    assert (told.message, told.hint) == (
        "Topic, /Resources/Topic/Properties/Colour: Unsupported property\nA rule of ours",
        "CloudFormation rejected the template before any change; `sfnorch lint` finds most such errors",
    )


def test_where_early_validation_tells_nothing_the_reason_must_do():
    client, stubber = stubbed()
    stubber.add_client_error("describe_events", "AccessDenied", "no")
    with stubber:
        assert build_failure(client, FAILED).message == f"The change set failed: {FAILED.reason}"


def test_a_change_is_data():
    change = ResourceChange(action="Dynamic", logical_id="A", physical_id="", type="T", replacement="", causes=())
    assert change.kind == "dynamic"
