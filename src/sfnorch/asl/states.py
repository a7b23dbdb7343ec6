"""The eight state types of the Amazon States Language, with retriers and catchers, as plain data.

Every state uses `QueryLanguage: JSONata`, in which `Assign` and `Output` replace ResultPath. `next` is the name of the
next state; None ends the state machine, branch or item processor.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sfnorch.asl.jsonata import Expression, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrier:
    """A retrier: how often a state is retried after one of `errors`, and with which intervals in seconds."""

    errors: tuple[str, ...]
    max_attempts: int
    interval_seconds: int = 1
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catcher:
    """A catcher: the next state after one of `errors`, when all retries have failed."""

    errors: tuple[str, ...]
    next: str
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRule:
    """A rule of a Choice: if `condition` is true, assign variables and continue with `next`."""

    condition: Expression
    next: str
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The fields of every state. The name has at most 80 characters, and is unique in the state machine."""

    name: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(State):
    """A state that calls an AWS service; `resource` is the integration after `arn:PARTITION:states:::`."""

    resource: str
    arguments: Value = None
    timeout_seconds: int | None = None
    heartbeat_seconds: int | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(State):
    """A state that assigns variables or transforms data."""

    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(State):
    """A state that continues with the first rule whose condition is true, or else with `default`."""

    rules: tuple[ChoiceRule, ...]
    default: str
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(State):
    """A state that waits for a number of seconds, or until a timestamp (ISO 8601)."""

    seconds: int | Expression | None = None
    timestamp: str | Expression | None = None
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(State):
    """A state that runs its branches in parallel. If one branch fails, Step Functions stops the others."""

    branches: tuple[Graph, ...]
    arguments: Value = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(State):
    """A state that runs its processor for each of `items`, inline in the same execution."""

    items: Value
    processor: Graph
    item_selector: Value = None
    max_concurrency: int | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeed(State):
    """A state that ends the state machine or the branch successfully."""

    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(State):
    """A state that ends the execution or the branch as failed; `cause` has at most 32,768 characters."""

    error: str | Expression
    cause: str | Expression


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


AnyState: TypeAlias = Task | Pass | Choice | Wait | Parallel | Map | Succeed | Fail
Linkable: TypeAlias = Task | Pass | Wait | Parallel | Map
"""The states that have one next state."""
