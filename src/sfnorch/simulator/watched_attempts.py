"""What a simulation shows of each attempt of a state: what the state got, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.template.contents import Machine
from sfnorch.template.states import LocatedState


class WatchedAttempt(NamedTuple):
    """An attempt of a state in an execution; times are in seconds after the start of the run."""

    machine: Machine
    execution: str
    """The title of the execution."""
    state: LocatedState
    input: Json
    variables: Mapping[str, Json]
    """The variables before the state."""
    context: Mapping[str, Json]
    """The context object."""
    entered: float
    ended: float
    results: tuple[Json, ...] = ()
    """The result of a Task, Map or Parallel; empty if its work has none."""
    thrown: StatesError | None = None
    """The error of the attempt, before retriers and catchers."""
    is_evaluation: bool = False
    """Whether the error is of a value of the state itself, and not of its work."""
    used: int = 0
    """How often the retrier that matches the error was used before."""
    delay: float | None = None
    """The seconds until the next attempt; None if the state is not retried."""
    failure: StatesError | None = None
    """The error with which the state fails."""
    output: Json = None
    assigned: Mapping[str, Json] = MappingProxyType({})
    next: str = ""
    """The name of the next state; empty if there is none."""


WatchAttempt: TypeAlias = Callable[[WatchedAttempt], None]
"""Gets each attempt of a state when it ends."""
