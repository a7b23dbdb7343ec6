"""The visits of states in an execution history: inputs, outputs, errors, and the transitions that were taken.

An event belongs to the state that the event before it belongs to. After a state is left, that is the state with
branches or items around it. The types of events and their details are documented, the order is that of recorded
histories (emulated); that of failed iterations and branches, and of redrives, is assumed.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.json_values import Json, read_string
from sfnorch.runs.events import read_details
from sfnorch.state_visits import AttemptError, StateVisit, VisitLog

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

LONGEST_TEXT = 20_000
"""How many characters of an input or output are kept: a history can have thousands of large ones."""

_CALLS = ("Task", "LambdaFunction", "Activity")
_FAILED = ("ScheduleFailed", "StartFailed", "SubmitFailed", "Failed", "TimedOut")
_HOLDERS = ("Parallel", "Map")
_AROUND = ("MapState", "MapIteration", "MapRun", "ParallelState")
"""The starts of events of a state with branches or items, which can follow an event of a state in it."""


class Move(NamedTuple):
    """A transition that was taken; `is_catch` says whether an error was caught."""

    source: str
    target: str
    is_catch: bool


class _OpenVisit(NamedTuple):
    """A state that was entered and not left yet: the event that entered it, its name and type, and its visit.

    `around` is the event that entered the state with branches or items around it; 0 without one.
    """

    number: int
    name: str
    kind: str
    visit: StateVisit[str]
    around: int


class StateHistory:
    """What the events so far say about states."""

    def __init__(self) -> None:
        self.visits: VisitLog[str, str] = VisitLog()
        """The visits, with values as JSON texts."""
        self.failed: Counter[str] = Counter()
        """How often states failed."""
        self.caught: Counter[str] = Counter()
        """How often errors of states were caught."""
        self.retried: Counter[str] = Counter()
        self.moves: set[Move] = set()
        self._open: dict[int, _OpenVisit] = {}
        self._current: dict[int, int] = {}
        """The visit that an event belongs to; both are numbers of events."""
        self._items: dict[int, int] = {}
        """The index of the Map item of an event."""
        self._causes: dict[int, AttemptError] = {}
        """The error of the state that failed in a branch or for an item, by the number of the visit around it."""
        self._left: dict[int, tuple[str, StateVisit[str]]] = {}
        """The state that an event left, of which the next one is not known yet, and its visit."""

    def read(self, event: HistoryEventTypeDef) -> None:
        """Read the next event."""
        number, before, kind = event["id"], event.get("previousEventId", 0), str(event["type"])
        details = read_details(event)
        at = event["timestamp"].timestamp()
        self._items[number] = self._items.get(before, -1)
        current = self._current.get(before, 0)
        left = self._left.pop(before, None)
        if kind.endswith("StateEntered"):
            self._enter(event, left, kind.removesuffix("StateEntered"), details)
            return
        if kind.startswith(_AROUND):
            current = self._find_around(current, kind, details)
        self._current[number] = current
        if kind.endswith("StateExited"):
            self._leave(number, current, details, at)
        elif kind == "MapIterationStarted":
            self._items[number] = int(str(details.get("index", -1)))
        elif kind == "ExecutionFailed":
            self._fail_from(self._current.get(before, 0), until=0)
        elif found := self._open.get(current):
            self._read_work(kind, details, found, at, before)

    def _enter(
        self,
        event: HistoryEventTypeDef,
        left: tuple[str, StateVisit[str]] | None,
        kind: str,
        details: dict[str, Json],
    ) -> None:
        number, name, at = event["id"], read_string(details.get("name")), event["timestamp"].timestamp()
        visit = StateVisit(item=self._items[number], entered=at, input=_cut(details.get("input")) or "")
        self.visits.add(name, visit)
        before = self._current.get(event.get("previousEventId", 0), 0)
        holders = (each for each in self._list_outwards(before) if each.kind in _HOLDERS and each.name != name)
        around = next(holders, None)  # after a redrive, the state before can be the failed one
        self._open[number] = _OpenVisit(number, name, kind, visit, around.number if around else 0)
        self._current[number] = number
        if left is not None:
            source, last = left
            last.following = name
            self.moves.add(Move(source, name, last.is_caught))
        if kind == "Fail":
            self.failed[name] += 1
            visit.has_failed = True

    def _leave(self, number: int, current: int, details: dict[str, Json], at: float) -> None:
        name = read_string(details.get("name"))
        found = next((each for each in self._list_outwards(current) if each.name == name), None)
        if found is None:
            return
        del self._open[found.number]
        visit = found.visit
        self._current[number], self._items[number] = found.around, visit.item
        visit.left, visit.output = at, _cut(details.get("output"))
        if visit.is_caught:
            self.caught[name] += 1
        self._left[number] = name, visit

    def _read_work(self, kind: str, details: dict[str, Json], found: _OpenVisit, at: float, before: int) -> None:
        """Read an event between the start and the end of a state."""
        visit = found.visit
        if kind.endswith(("Scheduled", "StateStarted")):
            if visit.errors and visit.is_caught:
                visit.errors[-1] = visit.errors[-1]._replace(delay=at - visit.errors[-1].at)
                self.retried[found.name] += 1
            visit.is_caught = False
            self._continue_from(found.number)
            visit.arguments = _cut(details.get("parameters", details.get("input"))) or visit.arguments
        elif kind.startswith(_CALLS) and kind.endswith("Succeeded"):
            visit.result = _cut(details.get("output"))
        elif kind == "EvaluationFailed" or (kind.startswith(_CALLS) and kind.endswith(_FAILED)):
            error = read_string(details.get("error")) or ("States.Timeout" if kind.endswith("TimedOut") else "")
            self._add_error(visit, AttemptError(at, error, read_string(details.get("cause"))))
        elif kind.startswith(_AROUND) and kind.endswith("Failed"):
            self._read_failure_within(kind, details, found, at, before)

    def _read_failure_within(
        self, kind: str, details: dict[str, Json], found: _OpenVisit, at: float, before: int
    ) -> None:
        """Read the failure of a branch, an item or a Map Run, whose error can be that of a state in it."""
        inner = self._open.get(self._current.get(before, 0))
        if inner is not None and inner is not found and inner.visit.errors:
            self._causes[found.number] = inner.visit.errors[-1]
        self._fail_from(self._current.get(before, 0), until=found.number)
        if kind == "MapIterationFailed" or found.visit.is_caught:  # the Map Run has said why the Map fails
            return
        cause = self._causes.pop(found.number, AttemptError(at, "", ""))
        error, text = read_string(details.get("error")), read_string(details.get("cause"))
        self._add_error(found.visit, AttemptError(at, error or cause.error, text or cause.cause))

    def _add_error(self, visit: StateVisit[str], error: AttemptError) -> None:
        """Add the error: it is caught if the state is left now, and retried if its work starts again."""
        visit.add_error(error)
        visit.is_caught = True

    def _find_around(self, current: int, kind: str, details: dict[str, Json]) -> int:
        """Return the state with branches or items that an event is about, from the state of the event before it."""
        wanted = "Parallel" if kind.startswith("Parallel") else "Map"
        name = read_string(details.get("name"))
        for found in self._list_outwards(current):
            if found.kind == wanted and name in ("", found.name):
                return found.number
        return current

    def _fail_from(self, current: int, until: int) -> None:
        """Mark the state and those around it as failed, up to the state `until`; 0 for all of them."""
        for found in list(self._list_outwards(current)):
            if found.number == until:
                return
            if until:
                del self._open[found.number]
            self.failed[found.name] += not found.visit.has_failed
            found.visit.has_failed, found.visit.is_caught = True, False

    def _continue_from(self, current: int) -> None:
        """Mark the state and those around it as not failed: their execution was redriven.

        That a redrive can continue a state without entering it again is assumed.
        """
        for found in self._list_outwards(current):
            if found.visit.has_failed:
                found.visit.has_failed = False
                self.failed -= Counter([found.name])

    def _list_outwards(self, current: int) -> Iterator[_OpenVisit]:
        """Yield the visit and those around it."""
        while (found := self._open.get(current)) is not None:
            yield found
            current = found.around


def _cut(text: Json) -> str | None:
    """Return the JSON text of a value, cut off if it is long; None if the history does not have it."""
    return text[:LONGEST_TEXT] if isinstance(text, str) else None
