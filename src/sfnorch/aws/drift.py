"""Detect drift: which resources of a stack were changed outside of CloudFormation, and how.

Drift detection compares the properties that the template sets. It does not include nested stacks, so each of them gets
its own detection.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.aws.hints import clean_message
from sfnorch.aws.polling import Backoff, Clock, add_retries
from sfnorch.aws.secrets import mask_secrets
from sfnorch.aws.stacks import NESTED, ROLLBACK_FAILED, list_resources

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.literals import StackResourceDriftStatusType
    from types_boto3_cloudformation.type_defs import (
        DescribeStackDriftDetectionStatusOutputTypeDef,
        DescribeStackResourceDriftsInputTypeDef,
        ResourceChangeTypeDef,
        StackResourceDriftTypeDef,
    )

DETECTABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", ROLLBACK_FAILED)
"""The statuses of a stack in which CloudFormation detects drift."""
_DRIFTED: tuple[StackResourceDriftStatusType, ...] = ("MODIFIED", "DELETED", "UNKNOWN")


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyDrift:
    """A property whose value in the account differs from the template; empty for no value."""

    path: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDrift:
    """A resource that differs from the template. `status`: MODIFIED, DELETED, or UNKNOWN with the `reason` of AWS."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    properties: tuple[PropertyDrift, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    """The paths of properties that a drift-aware change set leaves as they are, each with the reason of AWS."""
    reason: str = ""
    nested: tuple[str, ...] = ()
    """The logical IDs of the nested stacks that contain the resource, the outermost first."""

    @property
    def path(self) -> str:
        """The logical IDs of the nested stacks and of the resource, such as `Ingest/Queue`."""
        return "/".join((*self.nested, self.logical_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDrift:
    """The drift of a stack and its nested stacks. `notes` say what could not be checked."""

    resources: tuple[ResourceDrift, ...]
    notes: tuple[str, ...] = ()


def detect_drift(client: CloudFormationClient, stack_id: str, clock: Clock, nested: tuple[str, ...] = ()) -> StackDrift:
    """Detect the drift of the stack and of its nested stacks, and return it. This takes up to several minutes.

    `nested` is the path of the stack in its outermost stack.
    """
    found = _wait_for_detection(client, client.detect_stack_drift(StackName=stack_id)["StackDriftDetectionId"], clock)
    resources = [_convert_drift(row, nested) for row in _list_drifts(client, stack_id)]
    notes = []
    if found["DetectionStatus"] != "DETECTION_COMPLETE":
        where = f"the nested stack {'/'.join(nested)}: " if nested else ""
        reason = clean_message(found.get("DetectionStatusReason", "")) or "no reason reported"
        notes.append(f"Not all resources could be checked for drift: {where}{reason}")
    for row in add_retries(list_resources, clock)(client, stack_id):
        if row.type == NESTED and row.physical_id and row.status in DETECTABLE:
            inner = detect_drift(client, row.physical_id, clock, (*nested, row.logical_id))
            resources += inner.resources
            notes += inner.notes
    return StackDrift(resources=tuple(resources), notes=tuple(notes))


def _wait_for_detection(
    client: CloudFormationClient, detection: str, clock: Clock
) -> DescribeStackDriftDetectionStatusOutputTypeDef:
    pace = Backoff(clock, first=0.5, longest=5.0)
    read = add_retries(client.describe_stack_drift_detection_status, clock)
    while True:
        found = read(StackDriftDetectionId=detection)
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            return found
        pace.wait(changed=False)


def _list_drifts(client: CloudFormationClient, stack_id: str) -> Iterator[StackResourceDriftTypeDef]:
    asked: DescribeStackResourceDriftsInputTypeDef = {
        "StackName": stack_id,
        "StackResourceDriftStatusFilters": _DRIFTED,
    }
    while True:
        page = client.describe_stack_resource_drifts(**asked)
        yield from page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def _convert_drift(row: StackResourceDriftTypeDef, nested: tuple[str, ...]) -> ResourceDrift:
    return ResourceDrift(
        logical_id=row["LogicalResourceId"],
        physical_id=row.get("PhysicalResourceId", ""),
        type=row["ResourceType"],
        status=row["StackResourceDriftStatus"],
        properties=tuple(
            _create_property(each["PropertyPath"], each["ExpectedValue"], each["ActualValue"])
            for each in row.get("PropertyDifferences", ())
        ),
        reason=clean_message(row.get("DriftStatusReason", "")),
        nested=nested,
    )


def read_change_drift(row: ResourceChangeTypeDef) -> ResourceDrift | None:
    """Return the drift that a drift-aware change set reports for a resource; None without drift.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """
    properties = {}
    for detail in row.get("Details", ()):
        target = detail.get("Target", {})
        drift = target.get("Drift")
        if drift:
            path = target.get("Path") or target.get("Name") or target.get("Attribute", "")
            expected = target.get("AfterValue", drift.get("PreviousValue", ""))
            properties[path] = _create_property(path, expected, drift.get("ActualValue", ""))
    ignored = tuple(
        (_shorten_path(each["Path"]), each["Reason"]) for each in row.get("ResourceDriftIgnoredAttributes", ())
    )
    status = row.get("ResourceDriftStatus", "")
    if status not in _DRIFTED and not properties and not ignored:
        return None
    return ResourceDrift(
        logical_id=row["LogicalResourceId"],
        physical_id=row.get("PhysicalResourceId", ""),
        type=row["ResourceType"],
        status=status,
        properties=tuple(properties.values()),
        ignored=ignored,
    )


def _create_property(path: str, expected: str, actual: str) -> PropertyDrift:
    return PropertyDrift(path=_shorten_path(path), expected=mask_secrets(expected), actual=mask_secrets(actual))


def _shorten_path(path: str) -> str:
    """Return the path of a property without the part that all properties have."""
    return path.removeprefix("/Properties").lstrip("/")
