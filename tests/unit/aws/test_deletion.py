"""Deleting a stack: what couldn't go, what is kept, what stands against it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.aws.deletion import Deletion, delete_stack
from sfnorch.aws.stack_events import OperationEnd
from sfnorch.aws.stacks import Resource, Stack
from sfnorch.errors import SfnorchError
from tests.replay import Clock
from tests.unit.aws.test_stack_events import AT, STACK, Audience, row


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudformation")
    return client, Stubber(client)


def events(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"StackEvents": list(rows)}


TOKEN = "sfnorch-delete-n"
FAILED = [
    row(5, "DELETE_FAILED", token=TOKEN, ResourceStatusReason="The following resource(s) failed to delete: [Bucket]."),
    row(4, "DELETE_FAILED", "Bucket", token=TOKEN, ResourceStatusReason="The bucket is not empty"),
    row(3, "DELETE_COMPLETE", "Topic", token=TOKEN),
    row(2, "DELETE_IN_PROGRESS", token=TOKEN),
]


@pytest.mark.parametrize(("before", "retain"), [("CREATE_COMPLETE", ()), ("DELETE_FAILED", ("Bucket",))])
def test_what_could_not_go_is_told(before: str, retain: tuple[str, ...]):
    client, stubber = stubbed()
    stubber.add_response("describe_stack_events", events(row(1, before, token="")), {"StackName": STACK})
    asked = {"StackName": STACK, "ClientRequestToken": TOKEN, **({"RetainResources": list(retain)} if retain else {})}
    stubber.add_response("delete_stack", {}, asked)
    stubber.add_response("describe_stack_events", events(*FAILED, row(1, before, token="")), {"StackName": STACK})
    stack = {"StackName": "s", "CreationTime": AT, "StackStatus": "DELETE_FAILED", "StackId": STACK}
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})
    left = {"LogicalResourceId": "Bucket", "PhysicalResourceId": "b", "ResourceType": "AWS::S3::Bucket",
            "LastUpdatedTimestamp": AT, "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "not empty"}  # fmt: skip
    gone = {**left, "LogicalResourceId": "Topic", "ResourceStatus": "DELETE_COMPLETE"}
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": [left, gone]}, {"StackName": STACK})
    with stubber:
        done = delete_stack(
            client, Stack(id=STACK, name="s", status=before), Audience(), Clock(0), lambda: "n", retain=retain
        )
    assert done == Deletion(
        ending=OperationEnd(
            status="DELETE_FAILED", resource="Bucket", type="AWS::SNS::Topic", reason="The bucket is not empty"
        ),
        left=(
            Resource(
                logical_id="Bucket",
                physical_id="b",
                type="AWS::S3::Bucket",
                status="DELETE_FAILED",
                reason="not empty",
            ),
        ),
    )
    assert not done.done
    stubber.assert_no_pending_responses()


def test_a_deletion_under_way_is_followed():
    client, stubber = stubbed()
    stubber.add_response("describe_stack_events", events(row(2, "DELETE_IN_PROGRESS")))
    stubber.add_response("describe_stack_events", events(row(3, "DELETE_COMPLETE"), row(2, "DELETE_IN_PROGRESS")))
    stubber.add_client_error("describe_stacks", "ValidationError", "Stack with id s does not exist")
    with stubber:
        done = delete_stack(
            client, Stack(id=STACK, name="s", status="DELETE_IN_PROGRESS"), Audience(), Clock(0), lambda: "n"
        )
    assert done == Deletion(ending=OperationEnd(status="DELETE_COMPLETE"))
    assert done.done


def test_an_update_under_way_is_left_alone():
    client, stubber = stubbed()
    with stubber, pytest.raises(SfnorchError) as raised:
        delete_stack(client, Stack(id=STACK, name="s", status="UPDATE_IN_PROGRESS"), Audience(), Clock(0), lambda: "n")
    assert (raised.value.message, raised.value.hint) == (
        "An operation on s is in progress: UPDATE_IN_PROGRESS. Nothing was changed",
        "follow it with `sfnorch status --follow`, then delete the stack",
    )
