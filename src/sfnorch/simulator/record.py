"""The result of a run, as data: executions, events, job runs, messages, alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sfnorch.json_values import Json
from sfnorch.simulator.events import Event

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

    def redrive(self) -> None:
        """Set the execution back to RUNNING, and count the redrive."""
        self.status, self.ended, self.error, self.cause = "RUNNING", None, "", ""
        self.redrives += 1

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


@dataclass(slots=True, kw_only=True)
class MapRunRecord:
    """A run of a distributed Map: its items, and its child executions by index so far."""

    arn: str
    execution: str
    """The ARN of the execution with the Map."""
    total: int
    batch_sizes: Sequence[int] | None
    """The number of items of each child execution; None if each has one item."""
    children: Mapping[int, Execution]

    def count_items(self) -> dict[str, int]:
        """Return the number of items with each status of a child execution, and those that have none as PENDING."""
        found: Counter[str] = Counter()
        for index, child in self.children.items():
            found[child.status] += 1 if self.batch_sizes is None else self.batch_sizes[index]
        found["PENDING"] = self.total - found.total()
        return dict(found)


class Message(NamedTuple):
    """A message to a topic, from a task or an alarm."""

    at: float
    topic: str
    subject: str
    message: str
    attributes: dict[str, Json]
    sender: str


class StoredObject(NamedTuple):
    """An object that a task wrote to S3; the body is text."""

    at: float
    bucket: str
    key: str
    body: str
    sender: str


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
    messages: list[Message] = field(default_factory=list)
    alarms: list[AlarmChange] = field(default_factory=list)
    objects: list[StoredObject] = field(default_factory=list)
    notes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """What could not be checked, and mocks that were not used: a sentence for each machine, role and reason."""
    cut_off: float | None = None
    """The second at which the simulation stopped although an execution was still running."""
    entered: Counter[int] = field(default_factory=Counter)
    """The number of states of standard workflows that were entered in each second."""

    @property
    def first(self) -> Execution:
        """Return the execution that the user started."""
        return self.executions[0]
