"""The eight state types of the Amazon States Language, retriers and catchers, as plain data.

Every state is `QueryLanguage: JSONata`: `Assign` and `Output` take the place of ResultPath. `next` names the state
that follows; None ends the machine, branch or item processor.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sfnorch.asl.graph import Graph
    from sfnorch.asl.jsonata import Expression, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrier:
    """When and how often a state runs again after one of `errors`; intervals in seconds."""

    errors: tuple[str, ...]
    max_attempts: int
    interval_seconds: int = 1
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catcher:
    """Where a state goes on after one of `errors` that no retrier took."""

    errors: tuple[str, ...]
    next: str
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a Choice: where `condition` holds, assign and go to `next`."""

    condition: Expression
    next: str
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What every state has: a name of at most 80 characters, unique in its machine."""

    name: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(State):
    """Calls an AWS service; `resource` is the integration behind `arn:PARTITION:states:::`."""

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
    """Assigns variables or shapes data, without work."""

    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(State):
    """Goes to the state of the first rule that holds, else to `default`."""

    rules: tuple[Rule, ...]
    default: str
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(State):
    """Waits a number of seconds, or until a timestamp (ISO 8601)."""

    seconds: int | Expression | None = None
    timestamp: str | Expression | None = None
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(State):
    """Runs its branches side by side; when one fails, Step Functions stops the others."""

    branches: tuple[Graph, ...]
    arguments: Value = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    assign: Mapping[str, Value] = field(default_factory=dict)
    output: Value = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(State):
    """Runs its processor for each of `items`, inline in the same execution."""

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
    """Ends the machine or branch well."""

    output: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(State):
    """Ends the machine as failed; `cause` has at most 32,768 characters."""

    error: str | Expression
    cause: str | Expression


AnyState: TypeAlias = Task | Pass | Choice | Wait | Parallel | Map | Succeed | Fail
Linkable: TypeAlias = Task | Pass | Wait | Parallel | Map
"""The states that go on to one next state."""
