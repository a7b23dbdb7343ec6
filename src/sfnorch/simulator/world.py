"""The shared state of a run's executions: the virtual clock, the template, the behaviour, and the record."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol, TypeAlias

import simpy

from sfnorch.durations import format_timestamp
from sfnorch.json_values import Json
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.events import Event, EventDetail
from sfnorch.simulator.mocks.table import MockTable
from sfnorch.simulator.query.languages import QueryLanguages
from sfnorch.simulator.record import COUNTED_EVENTS, Execution, Run
from sfnorch.simulator.watched_attempts import WatchAttempt
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState

if TYPE_CHECKING:
    from sfnorch.simulator.function_process import FunctionProcesses

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
"""The default start time of a run; a fixed time, so that every run shows the same."""

MAX_EXECUTIONS = 20_000
"""A run with more executions is stopped: it would not end."""

_MOST_SHARED = 10_000
_MOST_WRITTEN = 1_000


AllowedStarts: TypeAlias = "set[tuple[str, LocatedState, str]]"


@dataclass(slots=True)
class JobCounts:
    """Counts of a Glue job: running and started runs, throttled starts, and the queue."""

    running: int = 0
    begun: int = 0
    throttled: int = 0
    queue: deque[simpy.Event] = field(default_factory=deque)
    """The events that start queued runs, in order."""


@dataclass(slots=True)
class PendingToken:
    """The token of a Task that waits for an answer: its next events, and whether it still waits."""

    answer: simpy.Event
    """Has the result of the Task, or its StatesError."""
    heartbeat: simpy.Event
    waits: bool = True


@dataclass(slots=True)
class World:
    """A run's clock, template, behaviour and record."""

    template: Template
    behaviour: Behaviour
    seed: int = 0
    begin: datetime = BEGIN
    most_executions: int = MAX_EXECUTIONS
    runs: int = 1
    """The number of runs in a backfill, each of which has the limits of a simulation."""
    clock: simpy.Environment = field(default_factory=simpy.Environment)
    record: Run = field(default_factory=Run)
    rng: random.Random = field(init=False)
    begin_millis: int = field(init=False)
    """The start of the run in milliseconds since 1970."""
    languages: QueryLanguages = field(init=False)
    processes: dict[str, simpy.Process] = field(default_factory=dict)
    """The process of each running execution, by ARN."""
    redrives: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What continues a standard execution that did not succeed, by ARN."""
    alarm_states: dict[str, str] = field(default_factory=dict)
    job_counts: defaultdict[str, JobCounts] = field(default_factory=lambda: defaultdict(JobCounts))
    by_name: dict[tuple[str, str], Execution] = field(default_factory=dict)
    """The executions, by machine ARN and name."""
    tokens: dict[str, PendingToken] = field(default_factory=dict)
    """The tasks that wait for an answer, by token."""
    begun: int = 0
    """The number of executions that were started, without the child executions of Maps."""
    allowed: AllowedStarts = field(default_factory=set)
    """The starts of jobs that roles allow: the machine's ARN, the state, and the job."""
    tables: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)
    """The items of DynamoDB tables, by the name of the table and the key of the item."""

    watch: WatchAttempt | None = None
    on_end: Callable[[Execution], None] | None = None
    """Gets each execution when it ends, without the child executions of Map runs."""
    """Gets each attempt of a state."""

    _written: dict[float, str] = field(default_factory=dict)
    """The times that were written last: many executions start at the same time."""

    mocks: MockTable = field(init=False)
    _functions: FunctionProcesses | None = field(default=None, init=False)
    _details: dict[tuple[type[EventDetail], EventDetail], EventDetail] = field(default_factory=dict)
    """Details that several events have: the child executions of a distributed Map share them."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a simulation
        self.begin_millis = int(self.begin.timestamp() * 1000)
        self.languages = QueryLanguages(self.rng, self.read_time, self.runs)
        self.mocks = MockTable(self.template, self.behaviour.mocks)

    @property
    def functions(self) -> FunctionProcesses:
        """Return the processes of the template's functions."""
        if self._functions is None:
            from sfnorch.simulator.function_process import FunctionProcesses  # loads modules that few runs need

            self._functions = FunctionProcesses(
                self.behaviour.code_folder,
                self.template.stack.where.region,
                self.behaviour.starting_seconds,
                isolation=self.behaviour.isolation,
            )
        return self._functions

    def close(self) -> None:
        """End the processes of functions."""
        if self._functions is not None:
            self._functions.close()

    @property
    def at(self) -> float:
        """Return the seconds since the start of the run."""
        return float(self.clock.now)

    def read_time(self) -> datetime:
        """Return the virtual date and time."""
        return self.convert_time(self.at)

    def write_time(self, at: float) -> str:
        """Return the date and time so many seconds after the start of the run as text."""
        text = self._written.get(at)
        if text is None:
            if len(self._written) >= _MOST_WRITTEN:
                self._written.clear()
            text = self._written[at] = format_timestamp(self.convert_time(at))
        return text

    def convert_time(self, at: float) -> datetime:
        """Return the date and time so many seconds after the start of the run."""
        return self.begin + timedelta(seconds=at)

    def generate_id(self) -> str:
        """Return a UUID; the same seed gives the same UUIDs."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def record_event(self, execution: Execution, detail: EventDetail, state: str = "") -> None:
        """Record an event; one in a child execution of a large Map run is only counted."""
        if execution.map_run is not None:
            if isinstance(detail, COUNTED_EVENTS):
                execution.map_run.count_event(float(self.clock.now), execution, detail)
            if not execution.map_run.is_detailed:
                return
        if len(self._details) < _MOST_SHARED:
            detail = self._details.setdefault((type(detail), detail), detail)  # details of two types can be equal
        event = Event(float(self.clock.now), execution.arn, execution.title, detail, state)
        self.record.events.append(event)


class StartExecution(Protocol):
    """Starts an execution of a machine and returns it. What runs within an execution gets it from above."""

    def __call__(self, machine: Machine, given: Json, *, name: str = "", parent: str = "") -> Execution:
        """Start the execution; without a name, it gets a new one."""
