"""Create change sets, wait for them, read them, and delete them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sfnorch.aws.drift import ResourceDrift, read_change_drift
from sfnorch.aws.errors import get_error_code, is_missing, is_transient, is_unreachable
from sfnorch.aws.hints import clean_message, find_hint
from sfnorch.aws.polling import Backoff, Clock, add_retries
from sfnorch.aws.stacks import REVIEW_STATUS, find_stack
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import (
        ChangeSetSummaryTypeDef,
        CreateChangeSetInputTypeDef,
        ResourceChangeTypeDef,
    )

_PERMISSIONS = (
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SNS::TopicInlinePolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SecretsManager::ResourcePolicy",
)
"""Resource types outside IAM that change permissions: policies of resources."""

_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """The change of a resource. `replacement` is True, False or Conditional; `causes` are the changed properties."""

    action: str
    logical_id: str
    physical_id: str
    type: str
    replacement: str
    causes: tuple[str, ...]
    drift: ResourceDrift | None = None
    """How the resource differs from the template of the stack, in a drift-aware change set."""

    @property
    def kind(self) -> str:
        """Return the change: add, modify, replace, conditionally replace, remove, import or sync.

        `sync`: the resource already has the values of the template, and only CloudFormation's record of it changes.
        """
        if self.action == "SyncWithActual":
            return "sync"
        if self.action == "Modify" and self.replacement in ("True", "Conditional"):
            return "replace" if self.replacement == "True" else "conditionally replace"
        return self.action.lower()

    @property
    def of_iam(self) -> bool:
        """Return whether it changes permissions."""
        return self.type.startswith("AWS::IAM::") or self.type in _PERMISSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set, as DescribeChangeSet returns it; `id` is its ARN."""

    id: str
    name: str
    stack_id: str
    stack_name: str
    status: str
    execution_status: str
    reason: str
    parameters: Mapping[str, str]
    changes: tuple[ResourceChange, ...]
    express: bool = False
    """Whether its execution ends when the configuration of all resources is applied."""
    drift: str = ""
    """The drift status of the stack, in a drift-aware change set: DRIFTED, IN_SYNC or UNKNOWN."""

    @property
    def executable(self) -> bool:
        """Return whether it can be executed."""
        return self.status == "CREATE_COMPLETE" and self.execution_status == "AVAILABLE"

    @property
    def empty(self) -> bool:
        """Return whether it failed because it contains no changes."""
        return self.status == "FAILED" and any(words in self.reason for words in _NO_CHANGES)


@contextmanager
def create_change_set(
    client: CloudFormationClient, request: CreateChangeSetInputTypeDef, clock: Clock
) -> Iterator[str]:
    """Create a change set and yield its ARN. It is deleted if an error or Ctrl-C occurs in the block."""
    try:
        change_set_id, stack_id = _make(client, request, clock)
    except BaseException as error:
        if not isinstance(error, ClientError) or is_transient(error):  # it may have been created in spite of the error
            with suppress(ClientError, BotoCoreError):
                left = describe(client, request["ChangeSetName"], request["StackName"])
                delete(client, left.id, left.stack_id)
        raise
    try:
        yield change_set_id
    except BaseException:
        with suppress(ClientError, BotoCoreError):
            delete(client, change_set_id, stack_id)
        raise


def _make(client: CloudFormationClient, request: CreateChangeSetInputTypeDef, clock: Clock) -> tuple[str, str]:
    """Create a change set, and return its ARN and the ARN of its stack.

    The response of a call can be lost, and a call can arrive twice. Then the change set is found by its unique name.
    """
    try:
        answer = client.create_change_set(**request)
    except (ClientError, BotoCoreError) as error:
        if get_error_code(error) != "AlreadyExistsException" and not is_transient(error):
            raise
        try:
            read = describe if is_unreachable(error) else add_retries(describe, clock)
            found = read(client, request["ChangeSetName"], request["StackName"])
        except (ClientError, BotoCoreError):
            raise error from None
        return found.id, found.stack_id
    return answer["Id"], answer["StackId"]


def wait_for_change_set(client: CloudFormationClient, change_set_id: str, clock: Clock) -> ChangeSet:
    """Wait until CloudFormation has created the change set, or failed to, and return it."""
    pace = Backoff(clock, first=0.3, longest=2.0)
    read = add_retries(describe, clock)
    while True:
        change_set = read(client, change_set_id)
        if change_set.status in ("CREATE_COMPLETE", "FAILED") or change_set.status.startswith("DELETE"):
            return change_set
        pace.wait(changed=False)


def describe(client: CloudFormationClient, name: str, stack_name: str = "") -> ChangeSet:
    """Return the change set with this ARN, or with this name in the stack, with the changes of all pages."""
    about: dict[str, Any] = {"ChangeSetName": name, **({"StackName": stack_name} if stack_name else {})}
    read = client.get_paginator("describe_change_set").paginate
    pages = list(read(**about))
    if pages[0].get("DeploymentMode") == "REVERT_DRIFT" and pages[0]["Status"] == "CREATE_COMPLETE":
        pages = list(read(**about, IncludePropertyValues=True))  # the new values, beside the actual ones
    first = pages[0]
    changes = [change for page in pages for change in page.get("Changes", ())]
    return ChangeSet(
        id=first["ChangeSetId"],
        name=first["ChangeSetName"],
        stack_id=first["StackId"],
        stack_name=first["StackName"],
        status=first["Status"],
        execution_status=first.get("ExecutionStatus", ""),
        reason=clean_message(first.get("StatusReason", "")),
        parameters={item["ParameterKey"]: item.get("ParameterValue", "") for item in first.get("Parameters", ())},
        changes=tuple(_convert_change(change["ResourceChange"]) for change in changes if "ResourceChange" in change),
        express=first.get("DeploymentConfig", {}).get("Mode") == "EXPRESS",
        drift=first.get("StackDriftStatus", ""),
    )


def find_usable(client: CloudFormationClient, stack_name: str, prefix: str) -> str:
    """Return the ARN of a change set with this prefix that is executable or being created, or an empty text."""
    for row in _list_summaries(client, stack_name, prefix):
        being_made = row["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS")
        if being_made or (row["Status"] == "CREATE_COMPLETE" and row.get("ExecutionStatus") == "AVAILABLE"):
            return row["ChangeSetId"]
    return ""


def clear_failed(client: CloudFormationClient, stack_name: str, prefix: str) -> None:
    """Delete failed change sets with this prefix, which an interrupted command left."""
    for row in list(_list_summaries(client, stack_name, prefix)):
        if row["Status"] == "FAILED":
            with suppress(ClientError):
                client.delete_change_set(ChangeSetName=row["ChangeSetId"])


def delete_superseded(client: CloudFormationClient, stack_name: str, newest: str) -> None:
    """Delete the stack's change sets that sfnorch created, except the newest, if any.

    An older change set would undo changes that the newest one has shown to its reviewer.
    """
    for row in list(_list_summaries(client, stack_name, "sfnorch-")):
        if row["ChangeSetId"] != newest:
            try:
                client.delete_change_set(ChangeSetName=row["ChangeSetId"])
            except ClientError as error:
                if get_error_code(error) != "InvalidChangeSetStatus" and not is_missing(error):  # executed, or gone
                    raise


def build_failure(client: CloudFormationClient, change_set: ChangeSet) -> SfnorchError:
    """Return the error that reports why the change set failed."""
    faults = "\n".join(_find_validation_faults(client, change_set))
    reason = change_set.reason or change_set.status
    return SfnorchError(faults or f"The change set failed: {reason}", hint=find_hint(reason))


def _find_validation_faults(client: CloudFormationClient, change_set: ChangeSet) -> Iterator[str]:
    """Yield the errors that CloudFormation's early validation reports for the change set.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
    """
    try:
        pages = client.get_paginator("describe_events").paginate(ChangeSetName=change_set.id)
        for page in pages:
            for row in page["OperationEvents"]:
                reason = row.get("ValidationStatusReason") or row.get("HookStatusReason") or ""
                if row.get("EventType") in ("VALIDATION_ERROR", "HOOK_INVOCATION_ERROR") and reason:
                    where = ", ".join(filter(None, (row.get("LogicalResourceId"), row.get("ValidationPath"))))
                    yield f"{where}: {clean_message(reason)}" if where else clean_message(reason)
    except (ClientError, BotoCoreError):  # the status reason of the change set is used instead
        return


def delete(client: CloudFormationClient, change_set_id: str, stack_id: str) -> None:
    """Delete the change set, and its stack if that is in REVIEW_IN_PROGRESS and has no other change set.

    Otherwise a stack without a change set would remain in REVIEW_IN_PROGRESS.
    """
    try:
        client.delete_change_set(ChangeSetName=change_set_id)
    except ClientError as error:
        if get_error_code(error) == "InvalidChangeSetStatus":  # being executed: its stack is not empty any longer
            return
        if not is_missing(error):
            raise
    stack = find_stack(client, stack_id)
    if stack is None or stack.status != REVIEW_STATUS:
        return
    if not [row for row in _list_summaries(client, stack.name) if row["ChangeSetId"] != change_set_id]:
        client.delete_stack(StackName=stack.id)


def _list_summaries(
    client: CloudFormationClient, stack_name: str, prefix: str = ""
) -> Iterator[ChangeSetSummaryTypeDef]:
    for page in client.get_paginator("list_change_sets").paginate(StackName=stack_name):
        yield from (row for row in page["Summaries"] if row["ChangeSetName"].startswith(prefix))


def _convert_change(row: ResourceChangeTypeDef) -> ResourceChange:
    return ResourceChange(
        action=row["Action"],
        logical_id=row["LogicalResourceId"],
        physical_id=row.get("PhysicalResourceId", ""),
        type=row["ResourceType"],
        replacement=row.get("Replacement", ""),
        causes=tuple(dict.fromkeys(_list_causes(row))),
        drift=read_change_drift(row),
    )


def _list_causes(row: ResourceChangeTypeDef) -> Iterator[str]:
    """Yield the names of the properties that change, or `Tags` and `Metadata` if only these change."""
    for detail in row.get("Details", ()):
        target = detail.get("Target", {})
        name = target.get("Name") or target.get("Attribute", "")
        if name:
            yield name
