"""What is known of the visits of states, for reports: of each state the first visits and the last one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

MOST_FIRST = 3
"""How many of the first visits of a state are kept; the last one is kept too."""

MOST_ERRORS = 5
"""How many errors of a visit are kept."""

Value = TypeVar("Value")
"""A JSON value, or its text."""

_State = TypeVar("_State", bound=Hashable)


class AttemptError(NamedTuple):
    """An error of a state, and the seconds until it was retried; None if it was not."""

    at: float
    error: str
    cause: str
    delay: float | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class StateVisit(Generic[Value]):
    """A visit of a state: what it got, and what came of it.

    Times are in seconds after the start of a simulation, or after 1970 for an execution on AWS.
    """

    entered: float
    input: Value
    execution: str = ""
    """The ARN of the execution, if the visits of several are kept together."""
    item: int = -1
    """The index of the Map item; -1 without one."""
    arguments: Value | None = None
    """The arguments of the last call."""
    result: Value | None = None
    """The result of a Task, Map or Parallel."""
    output: Value | None = None
    left: float | None = None
    """When the next state was entered or the scope ended; None if the state failed, was stopped or is running."""
    following: str = ""
    """The next state; empty if there is none."""
    errors: list[AttemptError] = field(default_factory=list)
    """The first errors, and the last one."""
    error_count: int = 0
    is_caught: bool = False
    """Whether the last error was caught."""
    has_failed: bool = False

    def add_error(self, error: AttemptError) -> None:
        """Add an error; in place of the last one if there are many."""
        self.error_count += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error)
        else:
            self.errors[-1] = error


class VisitLog(Generic[_State, Value]):
    """The visits of states, each with at most so many visits that a report has room for them."""

    def __init__(self) -> None:
        self._visits: dict[_State, list[StateVisit[Value]]] = {}

    def add(self, state: _State, visit: StateVisit[Value]) -> None:
        """Add the newest visit of a state."""
        found = self._visits.setdefault(state, [])
        if len(found) <= MOST_FIRST:
            found.append(visit)
        else:
            found[MOST_FIRST] = visit

    def list_visits(self, state: _State) -> Sequence[StateVisit[Value]]:
        """Return the first visits of a state and the last one, in their order."""
        return self._visits.get(state, ())


def choose_visits(visits: Sequence[StateVisit[Value]]) -> Iterator[StateVisit[Value]]:
    """Yield the first visits and the last one of those of several executions, which are in their order."""
    yield from visits[:MOST_FIRST]
    if len(visits) > MOST_FIRST:
        yield visits[-1]
