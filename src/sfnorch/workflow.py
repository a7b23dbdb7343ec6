"""A workflow: an orchestration as plain data, independent of CloudFormation. Patterns build it from a plan.

Values that are known only in the deployed stack (a parameter, a name with the stack's name, an ARN) have their own
types, which `cfn/` renders as intrinsic functions.

The types are named tuples: a module with dataclasses takes five times as long to load. Values of different types can be
equal, as tuples are, so do not collect values of several types in a set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from sfnorch.asl.jsonata import REFERENCE

if TYPE_CHECKING:
    from sfnorch.asl import Graph
    from sfnorch.json_values import Json
    from sfnorch.origin import Origin


_NONE: Mapping[str, str] = MappingProxyType({})

RESULTS_BUCKET, CODE_BUCKET = "ResultsBucket", "FunctionCodeBucket"
INLINE_BYTES = 200_000
"""The largest code of a function in a template. CloudFormation allows 4 MB, zipped, but a template has at most 1 MB.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
"""

ENVIRONMENT, TOPIC_ARN, TOPIC_KEY_ARN = "Environment", "AlarmSNSTopicArn", "AlarmTopicKeyArn"
BOUNDARY_ARN = "PermissionsBoundaryArn"
"""Parameters that alarms, roles and conditions refer to; a stack has those that it needs."""


class ParameterValue(NamedTuple):
    """The value of the stack parameter `name`."""

    name: str


class StackName(NamedTuple):
    """The stack's name, followed by `-suffix` if it is set. Every physical name begins with the stack's name."""

    suffix: str = ""


class Arn(NamedTuple):
    """An ARN in the stack's partition, region and account: `resource` ends in `name` and `tail`."""

    service: str
    resource: str
    name: str | StackName
    tail: str = ""


class MachineArn(NamedTuple):
    """The ARN of the workflow's state machine with this key."""

    key: str


@dataclass(frozen=True, slots=True)
class TopicArn:
    """The ARN of the topic for notifications: an existing topic, or the one that the stack creates."""


@dataclass(frozen=True, slots=True)
class TopicKeyArn:
    """The ARN of the key that encrypts the topic. Without a key, permissions for it are not rendered."""


class GlueArns(NamedTuple):
    """The ARNs of these Glue jobs or workflows, and of the names and prefixes in a list parameter, if it is set."""

    kind: Literal["job", "workflow"]
    names: tuple[str, ...]
    parameter: str


class FunctionArn(NamedTuple):
    """The ARN of the workflow's function with this key, followed by `tail`."""

    key: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class ResultsBucket:
    """The name of the bucket for results: an existing bucket, or the one that the stack creates."""


class ObjectArns(NamedTuple):
    """The ARNs of the objects in a bucket whose keys begin with the prefix."""

    bucket: str | ResultsBucket
    prefix: str


@dataclass(frozen=True, slots=True)
class LockTable:
    """The name of the table of locks, which the stack creates."""


@dataclass(frozen=True, slots=True)
class LockTableArn:
    """The ARN of the table of locks."""


class BucketArn(NamedTuple):
    """The ARN of a bucket with this name."""

    bucket: str


DeploymentValue: TypeAlias = (
    str
    | ParameterValue
    | StackName
    | Arn
    | MachineArn
    | TopicArn
    | TopicKeyArn
    | GlueArns
    | FunctionArn
    | ResultsBucket
    | ObjectArns
    | BucketArn
    | LockTable
    | LockTableArn
)
"""A string, or a value that is known only in the deployed stack."""


class Permission(NamedTuple):
    """A statement of a role's policy: these actions on these resources."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[DeploymentValue, ...]


class Alarm(NamedTuple):
    """An alarm that goes into ALARM when an execution failed, timed out or was aborted. Its action notifies the topic.

    The rendered description begins with the stack parameter Environment.
    """

    name: StackName
    description: str


class StateMachine(NamedTuple):
    """A state machine with its permissions and its alarm. `key` is the prefix of its logical ids (Child1StateMachine).

    `name` is its name in texts.
    """

    key: str
    name: str
    physical_name: StackName
    graph: Graph
    substitutions: Mapping[str, DeploymentValue]
    permissions: tuple[Permission, ...]
    alarm: Alarm
    jobs: tuple[str, ...] = ()
    runs: str = ""
    """What it runs, in words, if it does not run a list of jobs."""
    place: str = ""
    """Its path in the plan (`children[0]`), for errors."""


class LambdaFunction(NamedTuple):
    """A Lambda function in Python with its role and its log group; `key` is the prefix of its logical ids."""

    key: str
    name: str
    physical_name: StackName
    files: Mapping[str, bytes]
    """Its code: the content of each file by its path in the package, including `index.py`."""
    source: str
    """The path of its code, relative to the plan's folder."""
    handler: str
    timeout: int
    memory_mb: int
    environment: Mapping[str, str] = _NONE
    permissions: tuple[Permission, ...] = ()

    @property
    def packaged(self) -> bool:
        """Whether its code is in S3: it is too large for the template, or CloudFormation would replace parts of it."""
        code = self.files["index.py"]
        return len(self.files) > 1 or len(code) > INLINE_BYTES or REFERENCE.encode() in code


class Topic(NamedTuple):
    """The topic for notifications: the one that the stack creates, with these subscriptions, or the one with `arn`."""

    emails: tuple[str, ...] = ()
    arn: str = ""
    published_by_machine: bool = False
    """Whether a state machine publishes to it, which requires permissions for the key of an encrypted topic."""


class ExecutionSchedule(NamedTuple):
    """The schedule that starts a state machine: `expression` is `cron(…)`, `rate(…)` or `at(…)`."""

    machine: str
    expression: str
    timezone: str = "UTC"
    execution_input: str = "{}"
    """The input, a JSON text in which EventBridge Scheduler replaces its keywords."""


class ScheduledStart(NamedTuple):
    """A further schedule that starts a state machine. `key` is the prefix of its logical ids."""

    key: str
    name: str
    schedule: ExecutionSchedule


class EventStart(NamedTuple):
    """A rule that starts a state machine for each event that matches. `key` is the prefix of its logical ids.

    The rule fills the values at `paths` into the JSON text `template`, as the input of the execution.
    """

    key: str
    name: str
    machine: str
    pattern: Mapping[str, Json]
    paths: Mapping[str, str]
    template: str


class Deadline(NamedTuple):
    """How long an execution of a state machine may take, and the alarm that notifies if none has succeeded by then."""

    machine: str
    alarm: Alarm
    seconds: int
    offset: str = ""
    """The offset from UTC at which a day ends at the deadline; empty: the alarm goes by the end of each execution."""


class MuteWindow(NamedTuple):
    """A time in which alarms do not notify: cron(…) with five fields or at(…), and a duration in ISO 8601.

    `key` is the prefix of its logical id. `machines` are the keys of the state machines with the deadlines.
    """

    key: str
    start: str
    duration: str
    timezone: str
    machines: tuple[str, ...]


class Parameter(NamedTuple):
    """A stack parameter; a list is one comma-separated string."""

    name: str
    description: str
    default: str
    is_list: bool = False
    pattern: str = ""
    constraint: str = ""


def build_topic_key_parameter(arn: str = "") -> Parameter:
    """Return the parameter for the key of an existing topic."""
    return Parameter(
        name=TOPIC_KEY_ARN,
        description=f"KMS key that encrypts {TOPIC_ARN}; empty: not encrypted",
        default=arn,
        pattern="^(arn:[a-z-]+:kms:[A-Za-z0-9:/-]+)?$",
        constraint="the ARN of a KMS key, or empty",
    )


class Output(NamedTuple):
    """An output of the stack."""

    name: str
    value: DeploymentValue


class Logging(NamedTuple):
    """The logs of the state machines in CloudWatch Logs, and their retention in days."""

    retention_days: int


class Workflow(NamedTuple):
    """The whole orchestration. The first state machine is the one that is started."""

    description: str
    machines: tuple[StateMachine, ...]
    topic: Topic
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    origin: Origin | None = None
    """The plan that it was built from."""
    functions: tuple[LambdaFunction, ...] = ()
    stores_results: bool = False
    """Whether a state machine writes to the bucket for results."""
    has_locks: bool = False
    """Whether the runs have locks, which are in a table."""
    logging: Logging | None = None
    tracing: bool = False
    schedule: ExecutionSchedule | None = None
    starts: tuple[ScheduledStart | EventStart, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    mute_windows: tuple[MuteWindow, ...] = ()
    has_dashboard: bool = False
    tags: Mapping[str, str] = _NONE
    compact: bool = False
    """Whether the template must be as short as possible: without a bucket, CloudFormation accepts 51,200 bytes."""
