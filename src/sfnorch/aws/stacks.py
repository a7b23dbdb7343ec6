"""Read a stack: status, parameters, outputs, resources, template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import is_missing
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

REVIEW_STATUS = "REVIEW_IN_PROGRESS"
"""The status of a stack that has only a change set yet."""

ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
"""The status of a stack whose update failed, and whose rollback failed too."""

NESTED = "AWS::CloudFormation::Stack"
MACHINE = "AWS::StepFunctions::StateMachine"
ALARM = "AWS::CloudWatch::Alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """An existing stack. `id` is its ARN, which no other stack gets after its deletion."""

    id: str
    name: str
    status: str
    reason: str = ""
    updated: datetime | None = None
    """When it was created or last updated."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    """Whether termination protection is enabled."""
    express: bool = False
    """Whether its last operation was in express mode."""

    @property
    def in_progress(self) -> bool:
        """Return whether an operation is in progress."""
        return self.status.endswith("IN_PROGRESS") and self.status != REVIEW_STATUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of a stack; `physical_id` is the value of Ref."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""


def find_stack(client: CloudFormationClient, name: str) -> Stack | None:
    """Return the stack with this name or ARN; None if it does not exist or is deleted."""
    try:
        rows = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    if not rows or rows[0]["StackStatus"] == "DELETE_COMPLETE":
        return None
    row = rows[0]
    return Stack(
        id=row["StackId"],
        name=row["StackName"],
        status=row["StackStatus"],
        reason=row.get("StackStatusReason", ""),
        updated=row.get("LastUpdatedTime", row.get("CreationTime")),
        parameters={item["ParameterKey"]: item.get("ParameterValue", "") for item in row.get("Parameters", ())},
        outputs={item["OutputKey"]: item["OutputValue"] for item in row.get("Outputs", ())},
        protected=row.get("EnableTerminationProtection", False),
        express=row.get("DeploymentConfig", {}).get("Mode") == "EXPRESS",
    )


def find_stack_of_resource(client: CloudFormationClient, physical_id: str) -> Stack | None:
    """Return the stack that has created the resource; None without one, and if it may not be read.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html (documented)
    """
    try:
        rows = client.describe_stack_resources(PhysicalResourceId=physical_id)["StackResources"]
        return find_stack(client, rows[0]["StackId"]) if rows else None
    except ClientError:
        return None


class MissingStackError(SfnorchError):
    """There is no stack with this name."""

    def __init__(self, name: str, region: str) -> None:
        self.stack_name = name
        super().__init__(
            f"The stack {name} does not exist in {region}",
            hint="specify another with --stack-name and --region, or create it with `sfnorch deploy`",
        )


def get_stack(client: CloudFormationClient, name: str) -> Stack:
    """Return the stack with this name. Raises MissingStackError if it does not exist."""
    stack = find_stack(client, name)
    if stack is None:
        raise MissingStackError(name, client.meta.region_name)
    return stack


def list_resources(client: CloudFormationClient, name: str) -> tuple[Resource, ...]:
    """Return the stack's resources."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
    return tuple(
        Resource(
            logical_id=row["LogicalResourceId"],
            physical_id=row.get("PhysicalResourceId", ""),
            type=row["ResourceType"],
            status=row["ResourceStatus"],
            reason=row.get("ResourceStatusReason", ""),
        )
        for page in pages
        for row in page["StackResourceSummaries"]
    )


def read_template_text(client: CloudFormationClient, name: str, change_set: str = "") -> str:
    """Return the template of the stack, or of one of its change sets: YAML as it was sent, JSON with indentation.

    boto3 returns a JSON template parsed.
    """
    of_change_set = {"ChangeSetName": change_set} if change_set else {}
    body = client.get_template(StackName=name, TemplateStage="Original", **of_change_set)["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body, indent=2) + "\n"
