"""The attempts of tasks in an execution history: what each called, when, and what it returned or failed with.

A state has an attempt for each call: of a retry, of another item of a Map, of another visit in a loop.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html (documented)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.json_values import Json, parse_json, read_string
from sfnorch.runs.events import read_details

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_SUCCEEDED = ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded")
_REFUSED = (
    "TaskSubmitFailed",
    "TaskStartFailed",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed",
    "ActivityScheduleFailed",
)
_FAILED = ("TaskFailed", "LambdaFunctionFailed", "ActivityFailed", *_REFUSED)
_TIMED_OUT = ("TaskTimedOut", "LambdaFunctionTimedOut", "ActivityTimedOut")

TIMEOUT = "States.Timeout"


@dataclass(slots=True, kw_only=True)
class TaskAttempt:
    """An attempt of a task. Without an end, it was stopped with its branch or its execution."""

    state: str
    visit: int
    """The event that entered the state."""
    items: tuple[tuple[str, int], ...]
    """The Map states around it, from the inside to the outside, each with the index of the item."""
    call: str
    """The call without an ARN prefix: `glue:startJobRun.sync`, `lambda:invoke`; `activity` for an activity."""
    parameters: Json
    scheduled: datetime
    submitted: datetime | None = None
    ended: datetime | None = None
    status: str = ""
    """SUCCEEDED, FAILED or TIMED_OUT; empty without an end."""
    is_refused: bool = False
    """Whether the service rejected the call."""
    answer: Json = None
    """What the service answered when it accepted the call, such as the ID of a run."""
    result: Json = None
    error: str = ""
    cause: str = ""

    @property
    def seconds(self) -> float:
        """Return how long it took, in seconds; 0 without an end."""
        return (self.ended - self.scheduled).total_seconds() if self.ended else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHistory:
    """The attempts of an execution, in the order in which they were scheduled, and the first state that failed."""

    attempts: tuple[TaskAttempt, ...]
    failed_at: str
    """The first state that failed after its retries, or the first Fail state; empty if there is none."""
    map_runs: tuple[tuple[str, str], ...]
    """The Map states that started a Map Run, each with the ARN of the Map Run."""


def read_task_history(events: Iterable[HistoryEventTypeDef]) -> TaskHistory:
    """Return the attempts in the events of an execution, which are in order."""
    reading = _Reading()
    for event in events:
        reading.read(event)
    return TaskHistory(
        attempts=tuple(reading.attempts),
        failed_at=reading.find_failed_state(),
        map_runs=tuple(reading.map_runs),
    )


class _Reading:
    """The events so far: the state, the attempt and the items that each belongs to, by the number of the event."""

    def __init__(self) -> None:
        self.attempts: list[TaskAttempt] = []
        self.map_runs: list[tuple[str, str]] = []
        self._names: dict[int, str] = {}
        self._visits: dict[int, int] = {}
        self._current: dict[int, TaskAttempt | None] = {}
        self._items: dict[int, tuple[tuple[str, int], ...]] = {}
        self._failures: list[tuple[int, str]] = []
        """The number of each event that is a failure of a state, and the state."""
        self._last: dict[int, tuple[int, TaskAttempt]] = {}
        """The last attempt of each visit, and the event that ended it."""

    def read(self, event: HistoryEventTypeDef) -> None:
        number, before, kind = event["id"], event.get("previousEventId", 0), str(event["type"])
        details = read_details(event)
        self._visits[number] = self._visits.get(before, 0)
        self._current[number] = self._current.get(before)
        self._items[number] = self._items.get(before, ())
        if kind.endswith("StateEntered"):
            self._names[number], self._visits[number] = read_string(details.get("name")), number
            self._current[number] = None
            if kind == "FailStateEntered":
                self._failures.append((number, self._names[number]))
        elif kind == "MapIterationStarted":
            self._items[number] = (
                (read_string(details.get("name")), int(str(details.get("index")))),
                *self._items[number],
            )
        elif kind in ("MapStateExited", "MapStateSucceeded", "MapStateFailed", "MapIterationFailed"):
            self._leave_map(number, read_string(details.get("name")))
        elif kind == "EvaluationFailed":
            self._failures.append((number, read_string(details.get("state"))))
        elif kind in ("MapRunFailed", "ParallelStateFailed"):
            self._failures.append((number, self._names.get(self._visits[number], "")))
        elif kind == "MapRunStarted":
            name = self._names.get(self._visits[number], "")
            self.map_runs.append((name, read_string(details.get("mapRunArn"))))
        elif kind in _SCHEDULED:
            self._begin(event, kind, details)
        elif (attempt := self._current[number]) is not None:
            self._continue(event, kind, details, attempt)

    def find_failed_state(self) -> str:
        ends = [
            (number, attempt.state)
            for number, attempt in self._last.values()
            if attempt.status in ("FAILED", "TIMED_OUT")
        ]
        return min([*self._failures, *ends], default=(0, ""))[1]

    def _leave_map(self, number: int, name: str) -> None:
        names = [each for each, _ in self._items[number]]
        if name in names:
            self._items[number] = self._items[number][names.index(name) + 1 :]

    def _begin(self, event: HistoryEventTypeDef, kind: str, details: dict[str, Json]) -> None:
        number = event["id"]
        visit = self._visits[number]
        attempt = TaskAttempt(
            state=self._names.get(visit, ""),
            visit=visit,
            items=self._items[number],
            call=_name_call(kind, details),
            parameters=_read_parameters(kind, details),
            scheduled=event["timestamp"],
        )
        self.attempts.append(attempt)
        self._current[number] = attempt
        self._last[visit] = (number, attempt)

    def _continue(self, event: HistoryEventTypeDef, kind: str, details: dict[str, Json], attempt: TaskAttempt) -> None:
        if kind == "TaskSubmitted":
            attempt.submitted, attempt.answer = event["timestamp"], parse_json(details.get("output"))
        elif kind in _SUCCEEDED:
            attempt.status, attempt.ended = "SUCCEEDED", event["timestamp"]
            attempt.result = parse_json(details.get("output"))
        elif kind in _FAILED or kind in _TIMED_OUT:
            attempt.status, attempt.ended = "TIMED_OUT" if kind in _TIMED_OUT else "FAILED", event["timestamp"]
            attempt.is_refused = kind in _REFUSED
            attempt.error = read_string(details.get("error")) or (TIMEOUT if kind in _TIMED_OUT else "")
            attempt.cause = read_string(details.get("cause"))
            self._last[attempt.visit] = (event["id"], attempt)


def _name_call(kind: str, details: dict[str, Json]) -> str:
    if kind == "TaskScheduled":
        return f"{details.get('resourceType')}:{details.get('resource')}"
    return "lambda:invoke" if kind.startswith("Lambda") else "activity"


def _read_parameters(kind: str, details: dict[str, Json]) -> Json:
    """Return the parameters of the call; for a function as the resource, those of the same call by its service."""
    if kind == "TaskScheduled":
        return parse_json(details.get("parameters"))
    given = parse_json(details.get("input"))
    if kind == "ActivityScheduled":
        return given
    return {"FunctionName": read_string(details.get("resource")), "Payload": given}


def list_until_redrive(events: Iterable[HistoryEventTypeDef]) -> Iterator[HistoryEventTypeDef]:
    """Yield the events until the execution was redriven: a simulation has no redrive."""
    for event in events:
        if event["type"] == "ExecutionRedriven":
            return
        yield event
