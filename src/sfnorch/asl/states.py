"""The eight state types of the Amazon States Language, with retriers and catchers, as plain data.

Every state uses `QueryLanguage: JSONata`, in which `Assign` and `Output` replace ResultPath. The name of a state has at
most 80 characters, and is unique in the state machine. `next` is the name of the next state; None ends the state
machine, branch or item processor.

The types are named tuples: a module with dataclasses takes five times as long to load.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from sfnorch.asl.jsonata import Expression, Value

_NONE: Mapping[str, Value] = MappingProxyType({})


class Retrier(NamedTuple):
    """A retrier: how often a state is retried after one of `errors`, and with which intervals in seconds."""

    errors: tuple[str, ...]
    max_attempts: int
    interval_seconds: int = 1
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter: bool = False


class Catcher(NamedTuple):
    """A catcher: the next state after one of `errors`, when all retries have failed."""

    errors: tuple[str, ...]
    next: str
    assign: Mapping[str, Value] = _NONE
    output: Value = None


class ChoiceRule(NamedTuple):
    """A rule of a Choice: if `condition` is true, assign variables and continue with `next`."""

    condition: Expression
    next: str
    assign: Mapping[str, Value] = _NONE
    output: Value = None


class Task(NamedTuple):
    """A state that calls an AWS service; `resource` is the integration after `arn:PARTITION:states:::`."""

    name: str
    resource: str
    arguments: Value = None
    timeout_seconds: int | None = None
    heartbeat_seconds: int | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    next: str | None = None
    comment: str = ""


class Pass(NamedTuple):
    """A state that assigns variables or transforms data."""

    name: str
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    next: str | None = None
    comment: str = ""


class Choice(NamedTuple):
    """A state that continues with the first rule whose condition is true, or else with `default`."""

    name: str
    rules: tuple[ChoiceRule, ...]
    default: str
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    comment: str = ""


class Wait(NamedTuple):
    """A state that waits for a number of seconds, or until a timestamp (ISO 8601)."""

    name: str
    seconds: int | Expression | None = None
    timestamp: str | Expression | None = None
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    next: str | None = None
    comment: str = ""


class Parallel(NamedTuple):
    """A state that runs its branches in parallel. If one branch fails, Step Functions stops the others."""

    name: str
    branches: tuple[Graph, ...]
    arguments: Value = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    next: str | None = None
    comment: str = ""


class Map(NamedTuple):
    """A state that runs its processor for each of `items`, inline in the same execution."""

    name: str
    items: Value
    processor: Graph
    item_selector: Value = None
    max_concurrency: int | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    next: str | None = None
    comment: str = ""


class ItemReader(NamedTuple):
    """What reads the items of a distributed Map from S3: `s3:getObject` or `s3:listObjectsV2` with its arguments."""

    resource: str
    arguments: Mapping[str, Value]
    config: Mapping[str, Value] = _NONE


class ResultWriter(NamedTuple):
    """Where a distributed Map writes the results of its child executions in S3."""

    bucket: Value
    prefix: Value


class DistributedMap(NamedTuple):
    """A Map state that runs a child execution of its processor for each item, or for each batch of items.

    The items are those of `items` or of the `reader`. `label` is in the ARNs of the child executions. `batch_input` is
    what each batch has beside its items.
    https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    """

    name: str
    label: str
    processor: Graph
    items: Value = None
    reader: ItemReader | None = None
    item_selector: Value = None
    batch_size: int | None = None
    batch_input: Value = None
    max_concurrency: int | None = None
    tolerated_count: int | None = None
    tolerated_percentage: int | None = None
    writer: ResultWriter | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = _NONE
    output: Value = None
    next: str | None = None
    comment: str = ""


class Succeed(NamedTuple):
    """A state that ends the state machine or the branch successfully."""

    name: str
    output: Value = None
    comment: str = ""


class Fail(NamedTuple):
    """A state that ends the execution or the branch as failed; `cause` has at most 32,768 characters."""

    name: str
    error: str | Expression
    cause: str | Expression
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """The states of a state machine, a branch or an item processor. The first state is the start."""

    states: tuple[AnyState, ...]
    comment: str = ""

    def __init__(self, *states: AnyState, comment: str = "") -> None:
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "comment", comment)

    @property
    def start(self) -> str:
        """The name of the first state."""
        return self.states[0].name


AnyState: TypeAlias = Task | Pass | Choice | Wait | Parallel | Map | DistributedMap | Succeed | Fail
Linkable: TypeAlias = Task | Pass | Wait | Parallel | Map | DistributedMap
"""The states that have one next state."""
