"""The result of a run, as data: executions, events, job runs, messages, alarms."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_list
from sfnorch.simulator.compressed_text import CompressedText
from sfnorch.simulator.events import Event, EventDetail, ExecutionEnded, JobRunEnded, JobStartRefused
from sfnorch.state_visits import VisitLog
from sfnorch.template.states import LocatedState

MAX_EVENTS = 25_000
"""The maximum number of history events of an execution, with the event that ends it.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

MAX_EXPRESS_TRANSITIONS = 50_000
"""The maximum number of transitions of an Express workflow, or of one branch or item of it, in a simulation.

AWS has no such limit: it ends an endless loop after five minutes, which a simulation in virtual time does not reach.
"""


SECOND_RUN = " (second run)"
"""The end of the title of an execution that starts as the second one."""


@dataclass(slots=True, kw_only=True)
class Execution:
    """An execution: its status and its result; times are in seconds after the start of the run."""

    arn: str
    name: str
    machine: str
    title: str
    """The machine's name without the stack name."""
    parent: str
    input: Json
    started: float
    status: str = "RUNNING"
    ended: float | None = None
    output: Json = None
    error: str = ""
    cause: str = ""
    states: list[str] = field(default_factory=list)
    """All states that were entered, in order."""
    history: int = 0
    """The number of events in its history, as AWS counts them."""
    retries: int = 0
    redrives: int = 0
    """How often the execution was redriven."""
    run: dict[str, Json] | None = None
    """The variable `run` of a state machine that resolves it from its input; None for others."""
    params: dict[str, Json] | None = None
    """The variable `params` of such a state machine, which its input can leave invalid."""
    map_run: MapRunRecord | None = None
    """The run of a distributed Map that started it, if one did."""
    item: str = ""
    """The name of its item: the variable `itemName` of a child execution; of a batch, with the number of the others."""

    def name_item(self, name: str) -> None:
        """Name the execution after its item, or after the first item of its batch."""
        if not self.item:
            others = len(read_list(find_value(self.input, "Items"))) - 1
            self.item = f"{name} and {others} more" if others > 0 else name

    def redrive(self) -> None:
        """Set the execution back to RUNNING, and count the redrive."""
        self.status, self.ended, self.error, self.cause = "RUNNING", None, "", ""
        self.redrives += 1

    @property
    def is_recorded(self) -> bool:
        """Return whether the record has all its events: those of a child execution of a large Map run are counted."""
        return self.map_run is None or self.map_run.is_detailed

    @property
    def express(self) -> bool:
        """Return whether it is an execution of an Express workflow."""
        return ":express:" in self.arn


@dataclass(slots=True, kw_only=True)
class JobRunRecord:
    """A run of a Glue job, or of another activity with a duration: a Glue workflow, function, machine or statement."""

    job: str
    kind: str = "job"
    """`job`, `workflow`, `function`, `machine` or `statement`."""
    run_id: str
    execution: str
    machine: str
    started: float
    seconds: float = 0.0
    ended: float | None = None
    status: str = "RUNNING"
    message: str = ""
    arguments: dict[str, Json] = field(default_factory=dict)
    visit: int = 0
    """The visit of the state that started it: the event that entered the state in the history of the execution."""
    attempt: int = 1
    """The number of the attempt in this visit."""


class RefusedStart(NamedTuple):
    """A start of a job run that the service rejected, with the visit and the attempt as in the record of a run."""

    at: float
    execution: str
    visit: int
    attempt: int
    error: str
    cause: str


COUNTED_EVENTS = (JobStartRefused, JobRunEnded, ExecutionEnded)
"""The events of child executions that a Map run counts."""


class Span(NamedTuple):
    """How often something happened, and when for the first time."""

    first: float
    times: int


MOST_DETAILED = 1_000
"""The largest Map run of which the record has all events and job runs: of a larger one, they are only counted."""

MOST_FAILURES = 20
"""How many failed executions of a Map run are kept in their order."""


@dataclass(slots=True, kw_only=True)
class MapRunRecord:
    """A run of a distributed Map: its items, its child executions by index so far, and what happened in them."""

    arn: str
    execution: str
    """The ARN of the execution with the Map."""
    title: str
    """The name of the execution, and that of the Map."""
    started: float
    total: int
    batch_sizes: Sequence[int] | None
    """The number of items of each child execution; None if each has one item."""
    children: Mapping[int, Execution]
    ended: array[float] = field(default_factory=lambda: array("d"))
    """When child executions have ended."""
    failures: list[Execution] = field(default_factory=list)
    """The first child executions that failed."""
    counts: dict[tuple[str, str, str], Span] = field(default_factory=dict)
    """Failed job runs and rejected starts: the job, the status or the error, and the message."""
    is_detailed: bool = field(init=False)
    """Whether the record of the simulation has the events and job runs of the child executions."""

    def __post_init__(self) -> None:
        """Decide it once: every event asks."""
        self.is_detailed = self.count <= MOST_DETAILED

    @property
    def count(self) -> int:
        """Return the number of child executions of a run that ends."""
        return self.total if self.batch_sizes is None else len(self.batch_sizes)

    def count_items(self) -> dict[str, int]:
        """Return the number of items with each status of a child execution, and those that have none as PENDING."""
        found: Counter[str] = Counter()
        for index, child in self.children.items():
            found[child.status] += 1 if self.batch_sizes is None else self.batch_sizes[index]
        found["PENDING"] = self.total - found.total()
        return dict(found)

    def count_executions(self) -> dict[str, int]:
        """Return the number of child executions with each status, and those that have not started as PENDING."""
        found = Counter(child.status for child in self.children.values())
        found["PENDING"] = self.count - found.total()
        return dict(found)

    def count_event(self, at: float, child: Execution, detail: EventDetail) -> None:
        """Count an event of a child execution."""
        match detail:
            case JobStartRefused(job, error):
                self._count(at, (job, error, ""))
            case JobRunEnded(job, _, status, message) if status != "SUCCEEDED":
                self._count(at, (job, status, message))
            case ExecutionEnded(status):
                self.ended.append(at)
                if status != "SUCCEEDED" and len(self.failures) < MOST_FAILURES:
                    self.failures.append(child)

    def _count(self, at: float, key: tuple[str, str, str]) -> None:
        known = self.counts.get(key) or Span(at, 0)
        self.counts[key] = known._replace(times=known.times + 1)


@dataclass(slots=True)
class JobRunTotals:
    """Job runs that the record counts and does not list: their names, and when they started and ended."""

    names: set[str] = field(default_factory=set)
    started: array[float] = field(default_factory=lambda: array("d"))
    ended: array[float] = field(default_factory=lambda: array("d"))

    def add(self, run: JobRunRecord) -> None:
        """Count a run that has ended."""
        self.names.add(run.job)
        self.started.append(run.started)
        self.ended.append(run.started if run.ended is None else run.ended)


class Message(NamedTuple):
    """A message to a topic, from a task or an alarm."""

    at: float
    topic: str
    subject: str
    message: str
    attributes: dict[str, Json]
    sender: str


class StoredObject(NamedTuple):
    """An object that a task wrote to S3. A large one is kept compressed."""

    at: float
    bucket: str
    key: str
    content: str | CompressedText
    sender: str

    @property
    def body(self) -> str:
        """Return the content as text."""
        return self.content if isinstance(self.content, str) else self.content.read()

    @property
    def length(self) -> int:
        """Return the number of characters."""
        return len(self.content) if isinstance(self.content, str) else self.content.length

    def read_start(self, length: int) -> str:
        """Return so many characters of the beginning."""
        return self.content[:length] if isinstance(self.content, str) else self.content.read_start(length)


class AlarmChange(NamedTuple):
    """A change of an alarm's state, and the reason."""

    at: float
    alarm: str
    before: str
    after: str
    reason: str
    told: tuple[str, ...]
    """The topics that get a notification."""


@dataclass(slots=True, kw_only=True)
class Run:
    """The result of a run."""

    executions: list[Execution] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    job_runs: list[JobRunRecord] = field(default_factory=list)
    """The job runs, without those of large Map runs."""
    refused_starts: list[RefusedStart] = field(default_factory=list)
    """The starts of job runs that services rejected, without those in large Map runs."""
    counted_job_runs: JobRunTotals = field(default_factory=JobRunTotals)
    """The job runs of large Map runs."""
    map_runs: list[MapRunRecord] = field(default_factory=list)
    """The runs of distributed Maps, in the order of their starts."""
    messages: list[Message] = field(default_factory=list)
    alarms: list[AlarmChange] = field(default_factory=list)
    objects: list[StoredObject] = field(default_factory=list)
    notes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """What could not be checked, and mocks that were not used: a sentence for each machine, role and reason."""
    cut_off: float | None = None
    """The second at which the simulation stopped although an execution was still running."""
    entered: Counter[int] = field(default_factory=Counter)
    """The number of states of standard workflows that were entered in each second."""
    reached: set[tuple[LocatedState, str]] = field(default_factory=set)
    """The states that were entered, with an empty text, and the parts of them that decided what follows: `Next`,
    `Choices[0]`, `Default`, `Retry[0]`, `Catch[0]`."""
    visits: VisitLog[LocatedState, Json] | None = None
    """Visits of states with their inputs and outputs; None unless the simulation keeps them."""

    @property
    def first(self) -> Execution:
        """Return the execution that the user started."""
        return self.executions[0]
