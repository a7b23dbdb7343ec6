"""The documents of commands about a stack: deploy, diff, status, outputs, delete."""

from __future__ import annotations

from typing import Literal, TypedDict

from sfnorch.documents.items import ItemCountsData
from sfnorch.documents.types import Seconds, Timestamp


class PropertyDriftData(TypedDict):
    """A property whose value in the account differs from the template."""

    path: str
    """Path of the property, such as `DisplayName` or `Tags/0/Value`."""
    expected: str
    """Value in the template, as CloudFormation writes it; empty for no value."""
    actual: str
    """Value in the account; empty for no value."""


class IgnoredDriftData(TypedDict):
    """A property that a deployment with `--revert-drift` leaves as it is."""

    path: str
    """Path of the property."""
    reason: str
    """Reason as CloudFormation names it, such as `MANAGED_BY_AWS`."""


class DriftData(TypedDict):
    """How a resource differs from the template."""

    resource: str
    """Logical ID; for a resource of a nested stack after the logical ID of that stack, such as `Ingest/Queue`."""
    physicalId: str
    """Physical ID."""
    type: str
    """Resource type."""
    status: str
    """`MODIFIED`, `DELETED`, or `UNKNOWN` if CloudFormation could not compare it; `IN_SYNC` only with `ignored`."""
    properties: list[PropertyDriftData]
    """Properties that differ."""
    ignored: list[IgnoredDriftData]
    """Properties that differ and that `--revert-drift` leaves as they are."""
    reason: str
    """Reason that CloudFormation gives; empty if there is none."""


class ChangeData(TypedDict):
    """What CloudFormation would do to a resource."""

    action: str
    """Action as CloudFormation names it, such as `Add`, `Modify`, `Remove` or `SyncWithActual`."""
    replacement: str | None
    """Replacement as CloudFormation names it: `True`, `False` or `Conditional`; null for other actions."""
    resource: str
    """Logical ID."""
    physicalId: str
    """Physical ID; empty for a resource that does not exist yet."""
    type: str
    """Resource type."""
    iam: bool
    """Whether the change is about permissions."""
    causes: list[str]
    """What the change comes from."""
    drift: DriftData | None
    """How the resource differs from the template; null without drift, and without `--revert-drift`."""


class ChangeSetData(TypedDict):
    """A change set."""

    name: str
    """Name of the change set."""
    id: str
    """ARN of the change set."""
    changes: list[ChangeData]
    """Changes of the resources."""
    express: bool
    """Whether the change set is executed in express mode."""
    driftStatus: str | None
    """With `--revert-drift`, `DRIFTED`, `IN_SYNC` or `UNKNOWN`; otherwise null."""


class NotRolledBack(TypedDict):
    """A resource that could not be rolled back."""

    resource: str
    """Logical ID; for a resource of a nested stack after the logical ID of that stack, such as `Ingest/Queue`."""
    physicalId: str
    """Physical ID."""
    type: str
    """Resource type."""
    reason: str
    """Reason that CloudFormation gives."""


class FailureData(TypedDict):
    """What failed first in an operation on a stack."""

    status: str
    """Status of the stack at the end of the operation."""
    resource: str
    """Logical ID of the resource that failed first; empty if no event says so."""
    type: str
    """Resource type."""
    reason: str
    """Reason that CloudFormation gives."""
    nestedStacks: list[str]
    """Logical IDs of the nested stacks that contain the resource, the outermost first; empty without nested stacks."""
    notRolledBack: list[NotRolledBack]
    """Resources that could not be rolled back, if the stack is `UPDATE_ROLLBACK_FAILED`."""
    hint: str
    """How to fix it; empty if there is no suggestion."""


class DeployDocument(TypedDict):
    """How a deployment ended."""

    stack: str
    """Name of the stack."""
    status: str | None
    """Status of the stack; null if there is no stack."""
    end: Literal["deployed", "unchanged", "declined", "left", "failed"]
    """How the deployment ended; `left` means that `--no-execute` left the change set for review."""
    changeSet: ChangeSetData | None
    """Change set of the deployment; null if there is none."""
    outputs: dict[str, str]
    """Outputs of the stack."""
    command: str | None
    """Command that executes the change set that was left."""
    failure: FailureData | None
    """What failed; null if nothing failed."""


class ParameterChange(TypedDict):
    """A parameter whose value would change."""

    before: str | None
    """Value in the deployed stack; null if the stack does not have the parameter."""
    after: str | None
    """New value; null if the template does not have the parameter."""


class KeptOverride(TypedDict):
    """A parameter that keeps a value from the stack which is not the template's default."""

    value: str
    """Value that is kept."""
    usedBy: str | None
    """State machine or resource that alone uses the parameter; null if several do."""


class DiffDocument(TypedDict):
    """How the template differs from the deployed stack."""

    stack: str
    """Name of the stack."""
    differs: bool
    """Whether there is any difference, drift included."""
    template: list[str]
    """Lines of the unified diff of the templates."""
    parameters: dict[str, ParameterChange]
    """Parameters that would change, by name."""
    changeSet: ChangeSetData | None
    """What CloudFormation would do; null if it cannot be asked, as `note` explains."""
    overrides: dict[str, KeptOverride]
    """Parameter overrides that are kept, by name."""
    conflicts: list[str]
    """Reasons why a deployment would stop before it changes anything."""
    note: str | None
    """Why there is no change set or no drift, or which other plan the stack was deployed from."""
    drift: list[DriftData] | None
    """With `--drift`, the resources that differ from the template of the stack; null without it, or if unknown."""


class StackMachine(TypedDict):
    """A state machine of a stack."""

    machine: str
    """Name without the stack's name."""
    resource: str
    """Logical ID."""
    arn: str
    """ARN of the state machine."""


class LastExecutionData(TypedDict):
    """The execution of a state machine that was started last."""

    machine: str
    """State machine, as in `machines`."""
    execution: str
    """Name of the execution."""
    arn: str
    """ARN of the execution."""
    status: str
    """Status of the execution, such as `RUNNING` or `SUCCEEDED`."""
    started: Timestamp | None
    """Start time."""
    ended: Timestamp | None
    """End time; null while it runs."""
    items: ItemCountsData | None
    """Numbers of items of a fan-out; null for other patterns, and before they are known."""


class AlarmDeadlineData(TypedDict):
    """The deadline or the maximum duration that an alarm watches."""

    seconds: Seconds
    """Deadline or maximum duration, in seconds after the start of the execution."""
    next: Timestamp | None
    """Next deadline, in the time zone of the schedule; null without a daily schedule."""


class AlarmData(TypedDict):
    """A CloudWatch alarm of a stack."""

    alarm: str
    """Name of the alarm."""
    state: str
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    since: Timestamp | None
    """Time of the last change of the state."""
    reason: str
    """Reason that CloudWatch gives for the state."""
    deadline: AlarmDeadlineData | None
    """What a run may take; null for an alarm of another kind, and if the template of the stack cannot be read."""


class StatusDocument(TypedDict):
    """The state of a stack."""

    stack: str
    """Name of the stack."""
    status: str
    """Status of the stack."""
    reason: str
    """Reason that CloudFormation gives for the status; empty if there is none."""
    updated: Timestamp | None
    """Time of the last update, or of the creation; null if the stack was deleted meanwhile."""
    machines: list[StackMachine]
    """State machines of the stack."""
    executions: list[LastExecutionData]
    """Last execution of each state machine that has one."""
    alarms: list[AlarmData]
    """CloudWatch alarms of the stack."""
    outputs: dict[str, str]
    """Outputs of the stack."""
    failure: FailureData | None
    """What failed in the operation that `--follow` followed; null if nothing failed."""


class OutputsDocument(TypedDict):
    """The outputs of a stack."""

    stack: str
    """Name of the stack."""
    outputs: dict[str, str]
    """Values by the names of the outputs."""


class LeftResource(TypedDict):
    """A resource that was not deleted."""

    resource: str
    """Logical ID."""
    physicalId: str
    """Physical ID."""
    type: str
    """Resource type."""
    status: str
    """Status of the resource."""
    reason: str
    """Reason that CloudFormation gives."""


class DeleteDocument(TypedDict):
    """How a deletion ended."""

    stack: str
    """Name of the stack."""
    status: str
    """Status of the stack; `DELETE_COMPLETE` if it was deleted."""
    left: list[LeftResource]
    """Resources that were not deleted; empty if the stack was deleted."""
    failure: FailureData | None
    """What failed; null if the stack was deleted."""
