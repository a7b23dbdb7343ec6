"""Which resource of a nested stack made an operation fail, and what could not be rolled back."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.aws.client_support import refuse_old_client
from sfnorch.aws.deletion import Deletion
from sfnorch.aws.events import convert_event
from sfnorch.aws.recovery import describe_failed_resources, describe_recovery
from sfnorch.aws.root_cause import FailedResource, find_root_cause, list_failed_resources
from sfnorch.aws.stack_events import Operation, OperationEnd, follow_operation
from sfnorch.aws.stacks import Resource
from sfnorch.aws.steps import StepAction
from sfnorch.errors import SfnorchError
from sfnorch.report.stacks.ending import convert_ending, suggest_fix
from sfnorch.report.stacks.stack import describe_failed_deletion, describe_failure
from tests.replay import Clock
from tests.unit.aws.test_stack_events import STACK, Audience, row

INGEST, LOAD = (f"arn:aws:cloudformation:eu-central-1:111122223333:stack/s-{name}/2" for name in ("Ingest", "Load"))
NESTED = "AWS::CloudFormation::Stack"
EMBEDDED = f"Embedded stack {INGEST} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS"


def nested(number: int, status: str, resource: str = "Ingest", physical_id: str = INGEST, reason: str = "") -> Any:
    """An event of the nested stack in the stack that contains it."""
    return row(
        number,
        status,
        resource,
        ResourceType=NESTED,
        PhysicalResourceId=physical_id,
        **({"ResourceStatusReason": reason} if reason else {}),
    )


def inner(number: int, status: str, resource: str = "", reason: str = "", stack: str = INGEST) -> Any:
    """An event in the nested stack: of a resource, or of the nested stack itself."""
    own = {"LogicalResourceId": "s-Ingest", "PhysicalResourceId": stack} if not resource else {}
    more = {"ResourceStatusReason": reason} if reason else {}
    return row(number, status, resource or "s", token="", StackId=stack, **own, **more)


def client() -> tuple[Any, Stubber]:
    made: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudformation")
    return made, Stubber(made)


def answer(stubber: Stubber, stack: str, *events: Any) -> None:
    """Answer the next call for the events of the stack, newest first, with these, oldest first."""
    stubber.add_response("describe_stack_events", {"StackEvents": list(reversed(events))}, {"StackName": stack})


UPDATE = (
    nested(1, "UPDATE_FAILED", reason="an earlier update"),
    row(10, "UPDATE_IN_PROGRESS"),
    nested(11, "UPDATE_IN_PROGRESS"),
    nested(20, "UPDATE_FAILED", reason=EMBEDDED),
    row(
        21, "UPDATE_ROLLBACK_IN_PROGRESS", ResourceStatusReason="The following resource(s) failed to update: [Ingest]."
    ),
    nested(22, "UPDATE_IN_PROGRESS"),
    nested(30, "UPDATE_COMPLETE"),
    row(31, "UPDATE_ROLLBACK_COMPLETE"),
)


def test_a_failed_update_of_a_nested_stack():
    made, stubber = client()
    answer(stubber, STACK, *UPDATE)
    answer(stubber, STACK, *UPDATE)
    answer(
        stubber,
        INGEST,
        inner(2, "UPDATE_FAILED", "Old", "an earlier update"),
        inner(12, "UPDATE_IN_PROGRESS"),
        inner(13, "UPDATE_FAILED", "Queue", "Queue s-q does not exist (Service: Sqs, Status Code: 400)"),
        inner(14, "UPDATE_FAILED", "Topic", "Resource update cancelled"),
        inner(15, "UPDATE_FAILED", "Late", "second"),
        inner(16, "UPDATE_ROLLBACK_IN_PROGRESS"),
        inner(25, "UPDATE_FAILED", "Rolled", "within the rollback"),
        inner(29, "UPDATE_ROLLBACK_COMPLETE"),
    )
    with stubber:
        ending = follow_operation(made, Operation(stack_id=STACK, token="own", after="e1"), Audience(), Clock(0))
        stubber.assert_no_pending_responses()
    assert ending == OperationEnd(
        status="UPDATE_ROLLBACK_COMPLETE",
        resource="Queue",
        type="AWS::SNS::Topic",
        reason="Queue s-q does not exist",
        nested=("Ingest",),
    )
    assert describe_failure(ending, "s") == (
        "s: UPDATE_ROLLBACK_COMPLETE\nQueue (AWS::SNS::Topic) in the nested stack Ingest: Queue s-q does not exist"
    )
    assert convert_ending(ending) == {
        "status": "UPDATE_ROLLBACK_COMPLETE",
        "resource": "Queue",
        "type": "AWS::SNS::Topic",
        "reason": "Queue s-q does not exist",
        "nestedStacks": ["Ingest"],
        "notRolledBack": [],
        "hint": "",
    }


def test_a_failed_creation_two_stacks_deep():
    """The nested stacks are deleted by the rollback; their events can still be read."""
    made, stubber = client()
    outer = (
        nested(2, "CREATE_IN_PROGRESS", physical_id=""),
        nested(4, "CREATE_IN_PROGRESS", reason="Resource creation Initiated"),
        nested(9, "CREATE_FAILED", reason=EMBEDDED),
        nested(12, "DELETE_COMPLETE"),
    )
    middle = (
        inner(3, "CREATE_IN_PROGRESS"),
        {**nested(5, "CREATE_IN_PROGRESS", "Load", LOAD), "StackId": INGEST},
        {**nested(8, "CREATE_FAILED", "Load", LOAD, "Embedded stack"), "StackId": INGEST},
        inner(11, "DELETE_COMPLETE"),
    )
    answer(stubber, STACK, *outer)
    answer(stubber, INGEST, *middle)
    answer(stubber, INGEST, *middle)
    answer(stubber, LOAD, inner(6, "CREATE_IN_PROGRESS", stack=LOAD), inner(7, "CREATE_FAILED", "Job", "no role", LOAD))
    with stubber:
        cause, stacks = find_root_cause(made, STACK, convert_event(outer[2]))
    assert (cause.logical_id, cause.reason, stacks) == ("Job", "no role", ("Ingest", "Load"))
    left = Resource(logical_id="Ingest", physical_id="i", type=NESTED, status="DELETE_FAILED")
    ending = OperationEnd(status="DELETE_FAILED", resource="Bucket", type="AWS::S3::Bucket", nested=("Ingest",))
    assert describe_failed_deletion(Deletion(ending=ending, left=(left,)), "s") == (
        "s: DELETE_FAILED; these resources could not be deleted:\nIngest (AWS::CloudFormation::Stack, i): DELETE_FAILED\n"
        "Bucket (AWS::S3::Bucket) in the nested stack Ingest: no reason reported"
    )
    ending = OperationEnd(status="ROLLBACK_COMPLETE", resource="s", type="T", reason="no role", nested=stacks)
    assert describe_failure(ending, "s").splitlines()[1] == "s (T) in the nested stack Ingest/Load: no role"


@pytest.mark.parametrize("fault", ["AccessDenied", "", "no failure", "no ARN"])
def test_the_reason_of_the_nested_stack_where_its_events_do_not_say_more(fault: str):
    made, stubber = client()
    arn = "" if fault == "no ARN" else INGEST
    failed = nested(3, "UPDATE_FAILED", physical_id=arn, reason=EMBEDDED)
    answer(stubber, STACK, nested(2, "UPDATE_IN_PROGRESS", physical_id=arn), failed)
    if fault == "AccessDenied":
        stubber.add_client_error("describe_stack_events", fault, "not authorized")
    elif fault != "no ARN":
        answer(stubber, INGEST, *([inner(2, "UPDATE_COMPLETE", "Queue")] if fault else []))
    with stubber:
        assert find_root_cause(made, STACK, convert_event(failed)) == (convert_event(failed), ())


def test_a_resource_of_the_stack_itself_is_the_cause_without_a_call():
    made, stubber = client()
    failed = convert_event(row(3, "UPDATE_FAILED", "Topic"))
    with stubber:
        assert find_root_cause(made, STACK, failed) == (failed, ())


def listed(name: str, status: str, reason: str = "", kind: str = "AWS::SQS::Queue", physical_id: str = "p") -> Any:
    return {
        "LogicalResourceId": name,
        "PhysicalResourceId": physical_id,
        "ResourceType": kind,
        "LastUpdatedTimestamp": row(1, "")["Timestamp"],
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_what_a_forced_rollback_would_skip():
    made, stubber = client()
    own = [
        listed("Done", "UPDATE_COMPLETE"),
        listed("Table", "UPDATE_FAILED", "gone (Service: Glue, Status Code: 400)"),
        listed("Topic", "UPDATE_FAILED", "Resource update cancelled"),
        listed("Ingest", "UPDATE_FAILED", "Embedded stack", NESTED, INGEST),
        listed("Load", "UPDATE_FAILED", "Embedded stack", NESTED, LOAD),
    ]
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": own}, {"StackName": STACK})
    inside = [listed("Queue", "UPDATE_FAILED", "deleted")]
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": inside}, {"StackName": INGEST})
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": []}, {"StackName": LOAD})
    with stubber:
        found = list_failed_resources(made, STACK)
    assert [(each.path, each.reason) for each in found] == [
        ("Table", "gone"),
        ("Ingest/Queue", "deleted"),
        ("Load", "Embedded stack"),
    ]
    assert describe_failed_resources(found[:2]) == [
        "  Table (AWS::SQS::Queue): gone",
        "  Ingest/Queue (AWS::SQS::Queue): deleted",
    ]
    assert describe_recovery(StepAction.FORCE_ROLLBACK, "s", found) == (
        "s was rolled back without Table, Ingest/Queue, Load"
    )
    assert describe_recovery(StepAction.CONTINUE_ROLLBACK, "s", found) == "s was rolled back"
    assert describe_recovery(StepAction.DELETE, "s", ()) == "s was deleted"
    ending = OperationEnd(status="UPDATE_ROLLBACK_FAILED", reason="Rate exceeded", not_rolled_back=found)
    assert describe_failure(ending, "s") == (
        "s: UPDATE_ROLLBACK_FAILED\nRate exceeded\nnot rolled back: Table, Ingest/Queue, Load"
    )
    assert suggest_fix(ending) == (
        "AWS throttled the request; repeat the command in a minute; fix the cause and deploy again, which continues the "
        "rollback; --force-rollback skips the resources that cannot be rolled back"
    )


def test_resources_that_can_not_be_listed_are_none():
    made, stubber = client()
    stubber.add_client_error("list_stack_resources", "AccessDenied", "not authorized")
    with stubber:
        assert list_failed_resources(made, STACK) == ()
    assert describe_failed_resources([FailedResource(logical_id="A", physical_id="", type="T", reason="")]) == [
        "  A (T): no reason reported"
    ]


def test_a_boto3_that_does_not_know_a_parameter():
    made, _ = client()
    refuse_old_client(made, "CreateChangeSet", "DeploymentMode", what="Drift", version="1.40.76")
    with pytest.raises(SfnorchError) as error:
        refuse_old_client(made, "CreateChangeSet", "Later", what="A mode", version="9.0")
    assert error.value.message == f"A mode requires boto3 9.0 or later; installed: {boto3.__version__}"
    assert error.value.hint == "upgrade it: pip install --upgrade boto3"
