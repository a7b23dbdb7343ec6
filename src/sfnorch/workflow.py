"""An orchestration as plain data, before any CloudFormation: what a pattern makes of a plan.

Values that are known only when the stack is deployed (a parameter, a name that begins with the stack's, an ARN) are
small types of their own; `cfn/` turns them into intrinsic functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from sfnorch.asl.jsonata import REFERENCE

if TYPE_CHECKING:
    from sfnorch.asl import Graph
    from sfnorch.origin import Origin


RESULTS_BUCKET, CODE_BUCKET = "ResultsBucket", "FunctionCodeBucket"
INLINE_BYTES = 200_000
"""How much code of a function a template takes: CloudFormation's own limit is 4 MB, zipped, and a template's 1 MB.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
"""

ENVIRONMENT, TOPIC_ARN, TOPIC_KEY_ARN = "Environment", "AlarmSNSTopicArn", "AlarmTopicKeyArn"
BOUNDARY_ARN = "PermissionsBoundaryArn"
"""Parameters that every stack has, where it needs them: those which alarms, roles and conditions refer to."""


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """What the stack's parameter `name` is set to."""

    name: str


@dataclass(frozen=True, slots=True)
class StackName:
    """The stack's name, with `-suffix` behind it where one is given: how every physical name begins."""

    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN in the stack's partition, region and account: `resource` ends in `name` and `tail`."""

    service: str
    resource: str
    name: str | StackName
    tail: str = ""


@dataclass(frozen=True, slots=True)
class MachineArn:
    """The ARN of the workflow's machine with this key."""

    key: str


@dataclass(frozen=True, slots=True)
class TopicArn:
    """The ARN of the topic that is told of failures: the one given at deploy, else the stack's own."""


@dataclass(frozen=True, slots=True)
class TopicKeyArn:
    """The ARN of the key that the topic is encrypted with; a permission on it falls away where there is none."""


@dataclass(frozen=True, slots=True)
class GlueArns:
    """The ARNs of these Glue jobs or workflows, and of those, names or prefixes, that a list parameter adds, if any."""

    kind: Literal["job", "workflow"]
    names: tuple[str, ...]
    parameter: str


@dataclass(frozen=True, slots=True)
class FunctionArn:
    """The ARN of the workflow's function with this key, with `tail` behind it."""

    key: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class ResultsBucket:
    """The name of the bucket for results: the one given at deploy, else the stack's own."""


@dataclass(frozen=True, slots=True)
class ObjectArns:
    """The ARNs of the objects in a bucket whose keys begin with the prefix."""

    bucket: str | ResultsBucket
    prefix: str


Bound: TypeAlias = (
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
)
"""A text, or what the stack makes of one at deploy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One statement of a role: these actions on these resources, and no others."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Raised when an execution of the machine failed, timed out or was aborted; its action tells the topic.

    The stack's parameter Environment is put before the description.
    """

    name: StackName
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMachine:
    """A machine with what stands round it; `key` begins its logical ids (Child1StateMachine), `name` is for people."""

    key: str
    name: str
    physical_name: StackName
    graph: Graph
    substitutions: Mapping[str, Bound]
    permissions: tuple[Permission, ...]
    alarm: Alarm
    jobs: tuple[str, ...] = ()
    runs: str = ""
    """What it runs, in words, where that is no list of jobs."""
    place: str = ""
    """Where the plan speaks of it (`children[0]`), for errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A Lambda function in Python, with a role and a log group of its own; `key` begins its logical ids."""

    key: str
    name: str
    physical_name: StackName
    files: Mapping[str, bytes]
    """Its code: each file's content by its way within the package, `index.py` among them."""
    source: str
    """Where its code lies, by the way from the plan's folder."""
    handler: str
    timeout: int
    memory_mb: int
    environment: Mapping[str, str] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()

    @property
    def packaged(self) -> bool:
        """Whether its code lies in S3: it is too much for the template, or CloudFormation would replace parts of it."""
        code = self.files["index.py"]
        return len(self.files) > 1 or len(code) > INLINE_BYTES or REFERENCE.encode() in code


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Who is told: the stack's own topic with these subscriptions, or the topic with `arn`."""

    emails: tuple[str, ...] = ()
    arn: str = ""
    published_by_machine: bool = False
    """Whether a machine publishes to it, which for an encrypted one takes permissions on its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a machine is started by itself: `expression` is `cron(…)`, `rate(…)` or `at(…)`."""

    machine: str
    expression: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the stack; a list is one string, comma-separated."""

    name: str
    description: str
    default: str
    is_list: bool = False
    pattern: str = ""
    constraint: str = ""


def topic_key_parameter(arn: str = "") -> Parameter:
    """Return the parameter that names the key of a topic of the user's own."""
    return Parameter(
        name=TOPIC_KEY_ARN,
        description=f"KMS key that {TOPIC_ARN} is encrypted with, if it is",
        default=arn,
        pattern="^(arn:[a-z-]+:kms:[A-Za-z0-9:/-]+)?$",
        constraint="the ARN of a KMS key, or empty",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output of the stack; its name tells all."""

    name: str
    value: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """Whether machines write their errors to CloudWatch Logs, and for how many days they are kept."""

    retention_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The whole orchestration; the first machine is the one to start."""

    description: str
    machines: tuple[StateMachine, ...]
    topic: Topic
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    origin: Origin | None = None
    """The plan that it is made from."""
    functions: tuple[Function, ...] = ()
    stores_results: bool = False
    """Whether a machine writes into the bucket for results."""
    logging: Logging | None = None
    tracing: bool = False
    schedule: Schedule | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    compact: bool = False
    """Whether the template is to be as short as it can: CloudFormation takes 51,200 bytes without a bucket."""
