"""Drift as CloudFormation detects it, over pages and nested stacks, and as a drift-aware change set reports it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.aws.change_sets import describe
from sfnorch.aws.drift import PropertyDrift, ResourceDrift, StackDrift, detect_drift
from sfnorch.aws.secrets import register_secret
from sfnorch.console import Console
from sfnorch.report.stacks.drift import print_drift
from sfnorch.report.stacks.stack import convert_change_set, print_changes
from tests.replay import Clock
from tests.unit.aws.test_change_sets import ARN, answer
from tests.unit.aws.test_root_cause import INGEST, NESTED, listed
from tests.unit.aws.test_stack_events import AT, STACK


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudformation")
    return client, Stubber(client)


def detection(stubber: Stubber, stack: str, *statuses: str, reason: str = "") -> None:
    """Answer the calls for a detection, whose status is read as often as there are statuses."""
    stubber.add_response("detect_stack_drift", {"StackDriftDetectionId": "d"}, {"StackName": stack})
    for status in statuses:
        found = {"StackId": stack, "StackDriftDetectionId": "d", "DetectionStatus": status, "Timestamp": AT}
        more = {"DetectionStatusReason": reason} if reason else {}
        stubber.add_response("describe_stack_drift_detection_status", {**found, **more}, {"StackDriftDetectionId": "d"})


def drifted(name: str, status: str, *differences: tuple[str, str, str], **more: str) -> dict[str, Any]:
    return {
        "StackId": STACK,
        "LogicalResourceId": name,
        "PhysicalResourceId": name.lower(),
        "ResourceType": "AWS::SQS::Queue",
        "PropertyDifferences": [
            {"PropertyPath": path, "ExpectedValue": expected, "ActualValue": actual, "DifferenceType": "NOT_EQUAL"}
            for path, expected, actual in differences
        ],
        "StackResourceDriftStatus": status,
        "Timestamp": AT,
        **more,
    }


def drifts(stubber: Stubber, stack: str, *pages: list[dict[str, Any]]) -> None:
    for index, rows in enumerate(pages):
        more = {"NextToken": f"t{index}"} if index + 1 < len(pages) else {}
        asked = {
            "StackName": stack,
            "StackResourceDriftStatusFilters": ("MODIFIED", "DELETED", "UNKNOWN"),
            **({"NextToken": f"t{index - 1}"} if index else {}),
        }
        stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": rows, **more}, asked)


def test_drift_over_pages_and_nested_stacks():
    register_secret("hunter2hunter2")
    client, stubber = stubbed()
    detection(stubber, STACK, "DETECTION_IN_PROGRESS", "DETECTION_IN_PROGRESS", "DETECTION_COMPLETE")
    drifts(
        stubber,
        STACK,
        [drifted("Queue", "MODIFIED", ("/DelaySeconds", "1", "5"), ("/Tags/0/Value", "hunter2hunter2", ""))],
        [drifted("Gone", "DELETED")],
    )
    rows = [
        listed("Ingest", "UPDATE_COMPLETE", "", NESTED, INGEST),
        listed("Removed", "DELETE_COMPLETE", "", NESTED, "arn:gone"),
        listed("Queue", "CREATE_COMPLETE"),
    ]
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": rows}, {"StackName": STACK})
    reason = "Failed to detect drift on resources [Key] (Service: Kms, Status Code: 400)"
    detection(stubber, INGEST, "DETECTION_FAILED", reason=reason)
    drifts(stubber, INGEST, [drifted("Key", "UNKNOWN", DriftStatusReason="not authorized")])
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": []}, {"StackName": INGEST})
    clock = Clock(0)
    with stubber:
        found = detect_drift(client, STACK, clock)
        stubber.assert_no_pending_responses()
    common = {"type": "AWS::SQS::Queue"}
    assert found == StackDrift(
        resources=(
            ResourceDrift(
                logical_id="Queue",
                physical_id="queue",
                status="MODIFIED",
                properties=(
                    PropertyDrift(path="DelaySeconds", expected="1", actual="5"),
                    PropertyDrift(path="Tags/0/Value", expected="****", actual=""),
                ),
                **common,
            ),
            ResourceDrift(logical_id="Gone", physical_id="gone", status="DELETED", **common),
            ResourceDrift(
                logical_id="Key",
                physical_id="key",
                status="UNKNOWN",
                reason="not authorized",
                nested=("Ingest",),
                **common,
            ),
        ),
        notes=(
            (
                "Not all resources could be checked for drift: the nested stack Ingest: Failed to detect drift on "
                "resources [Key]"
            ),
        ),
    )
    assert clock.slept == [0.5, pytest.approx(0.75)]


def change(action: str, name: str, status: str, *targets: dict[str, Any], ignored: tuple[str, ...] = ()) -> Any:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": name,
            "PhysicalResourceId": name.lower(),
            "ResourceType": "AWS::SQS::Queue",
            **({"Replacement": "False"} if action == "Modify" else {}),
            "ResourceDriftStatus": status,
            "ResourceDriftIgnoredAttributes": [{"Path": path, "Reason": "MANAGED_BY_AWS"} for path in ignored],
            "Details": [{"Target": {"Attribute": "Properties", **target}} for target in targets],
        },
    }


def difference(path: str, previous: str, actual: str, **more: str) -> dict[str, Any]:
    drift = {"PreviousValue": previous, "ActualValue": actual, "DriftDetectionTimestamp": AT}
    return {"Name": path.split("/")[2], "Path": path, "Drift": drift, **more}


CHANGES = [
    change(
        "Modify",
        "Queue",
        "MODIFIED",
        difference("/Properties/DelaySeconds", "1", "5", AfterValue="2", BeforeValueFrom="ACTUAL_STATE"),
        {"Name": "KmsKey"},
        ignored=("/Properties/Size",),
    ),
    change("SyncWithActual", "Topic", "MODIFIED", difference("/Properties/Name", "a", "b" * 70)),
    change("Add", "Gone", "DELETED"),
    change("Modify", "Other", "IN_SYNC", {"Name": "KmsKey"}),
]
MODES = {"DeploymentMode": "REVERT_DRIFT", "StackDriftStatus": "DRIFTED"}


def test_what_a_drift_aware_change_set_reverts():
    """It is read again with the values of properties; while it is being created it is not."""
    client, stubber = stubbed()
    stubber.add_response("describe_change_set", answer("CREATE_IN_PROGRESS", **MODES), {"ChangeSetName": ARN})
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", **MODES), {"ChangeSetName": ARN})
    stubber.add_response(
        "describe_change_set",
        answer("CREATE_COMPLETE", **MODES, Changes=CHANGES),
        {"ChangeSetName": ARN, "IncludePropertyValues": True},
    )
    with stubber:
        assert describe(client, ARN).changes == ()
        found = describe(client, ARN)
    assert (found.express, found.drift) == (False, "DRIFTED")
    found = replace(found, express=True)
    console = Console(width=120, record=True)
    with console.capture() as printed:
        print_changes(found, console)
    assert [line.rstrip() for line in printed.get().splitlines()] == [
        "CHANGE  RESOURCE  TYPE             BECAUSE OF",
        "add     Gone      AWS::SQS::Queue",
        "sync    Topic     AWS::SQS::Queue  Name",
        "modify  Other     AWS::SQS::Queue  KmsKey",
        "modify  Queue     AWS::SQS::Queue  DelaySeconds, KmsKey",
        "1 to add, 2 to modify, 1 to sync",
        "DRIFT     RESOURCE  PROPERTY      TEMPLATE  ACTUAL",
        "modified  Queue     DelaySeconds  2         5",
        f"modified  Topic     Name          a         {'b' * 57}...",
        "deleted   Gone",
        "Queue: the drift of Size is not reverted (MANAGED_BY_AWS)",
        "Express mode: the deployment ends before all resources are ready.",
    ]
    data = convert_change_set(found)
    assert (data["express"], data["driftStatus"]) == (True, "DRIFTED")
    assert [each["drift"] and each["drift"]["status"] for each in data["changes"]] == [
        "MODIFIED",
        "MODIFIED",
        "DELETED",
        None,
    ]
    assert data["changes"][0]["drift"] == {
        "resource": "Queue",
        "physicalId": "queue",
        "type": "AWS::SQS::Queue",
        "status": "MODIFIED",
        "properties": [{"path": "DelaySeconds", "expected": "2", "actual": "5"}],
        "ignored": [{"path": "Size", "reason": "MANAGED_BY_AWS"}],
        "reason": "",
    }


def test_drift_that_is_unknown_or_not_there():
    console = Console(width=80)
    unknown = ResourceDrift(logical_id="Key", physical_id="", type="T", status="UNKNOWN", nested=("Ingest",))
    with console.capture() as printed:
        print_drift((), console)
        print_drift([unknown], console)
    assert printed.get() == "Ingest/Key: the drift is unknown: no reason reported\n"
