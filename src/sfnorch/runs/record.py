"""What the events of an execution say about it, and how the states and variables of its state machine are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sfnorch.json_values import Json, parse_json, read_mapping
from sfnorch.protocol.run_context import read_params, read_run
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.published_messages import PublishedMessages
from sfnorch.runs.state_visits import StateHistory

UNKNOWN = "UNKNOWN"
"""The status of an execution whose history is deleted and that its parent does not report."""


class ExecutionReader:
    """What an execution means by its states and variables: here for a state machine of which nothing is known."""

    noun = "job"
    """The name of a unit of its work."""
    job_error = ""
    """The error of an execution whose message repeats the message of a job, which is reported already."""

    def is_work(self, state: str) -> bool:
        """Return whether every service call of this state is work, not only those that all executions follow."""
        return False

    def is_part(self, state: str, holder: str) -> bool:
        """Return whether a state is a part of the state with branches that contains it, and is retried with it."""
        return False

    def name_job(self, record: Record, name: str, kind: str, state: str) -> str:
        """Return the name under which a job is shown; `name` is its name in the service that runs it."""
        return name

    def find_run(self, record: Record, state: str) -> tuple[str, str] | None:
        """Return the workflow and the run that the execution continues, after this state; None for most states."""
        return None

    def list_to_come(self, record: Record) -> list[str]:
        """Return what the execution has yet to run, by name."""
        return []

    def list_followed(self, record: Record) -> list[str]:
        """Return the ARNs of the executions that are followed with this one: by default all that it started."""
        return record.children

    def list_causes(self, record: Record) -> list[ExecutedJob]:
        """Return the jobs that can be the cause of the failure of the execution."""
        return [job for job in record.jobs if job.status != "SUCCEEDED"]

    def explain(self, record: Record) -> str:
        """Return why the execution failed."""
        return str(record.facts.get("message") or record.cause)

    def explain_hidden_failure(self, record: Record) -> str:
        """Return what failed in an execution that succeeded; an empty text if nothing did."""
        return ""

    def report_child(self, record: Record, arn: str) -> Mapping[str, Json]:
        """Return what the output says of an execution that this one started; an empty mapping without a report."""
        return {}


UNREAD_EXECUTION = ExecutionReader()
Recognizer = Callable[[str, Collection[str]], ExecutionReader | None]
"""Returns the reading of an execution that left this state, which assigned these variables; None if it is unknown."""


def _recognize_none(state: str, assigned: Collection[str]) -> None:
    return None


@dataclass(slots=True, kw_only=True)
class Trace:
    """Which events of an execution belong together. A visit is the id of the event that entered a state."""

    names: dict[int, str] = field(default_factory=dict)
    """The state of a visit, also of states with branches."""
    holders: dict[int, int] = field(default_factory=dict)
    """The visit of a state with branches that an event follows, by the event's id."""
    iterations: dict[int, int | None] = field(default_factory=dict)
    """The index of the iteration of a Map that an event follows, by the event's id."""
    visits: dict[int, int] = field(default_factory=dict)
    """The visit that an event belongs to, by the event's id."""
    jobs: dict[int, ExecutedJob] = field(default_factory=dict)
    """The job of a visit, by visit."""
    executions: dict[int, str] = field(default_factory=dict)
    """The state machine that a visit is about to start."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What the events read so far say about an execution."""

    recognize: Recognizer = _recognize_none
    reading: ExecutionReader = UNREAD_EXECUTION
    status: str = "RUNNING"
    started: datetime | None = None
    ended: datetime | None = None
    input: Json = None
    output: Json = None
    error: str = ""
    cause: str = ""
    jobs: list[ExecutedJob] = field(default_factory=list)
    started_executions: dict[int, str] = field(default_factory=dict)
    """The ARN of the execution that a visit of a state started and waits for, by visit."""
    ended_executions: set[int] = field(default_factory=set)
    """The visits whose started execution has ended."""
    refused_executions: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The state machine that a visit failed to start, and the error, by visit."""
    map_runs: list[str] = field(default_factory=list)
    """The ARNs of its Map Runs."""
    variables: dict[str, Json] = field(default_factory=dict)
    assigned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the variables that a state assigned when it was left for the first time, by state."""
    last_event: int = 0
    entered: list[str] = field(default_factory=list)
    """The states that were entered, in order."""
    next_execution: str = ""
    """The ARN of the execution of the same state machine that continues this one."""
    messages: PublishedMessages = field(default_factory=PublishedMessages)
    """The messages that its Tasks published."""
    trace: Trace = field(default_factory=Trace)
    states: StateHistory = field(default_factory=StateHistory)
    """The visits of its states, for a report."""

    @property
    def children(self) -> list[str]:
        """Return the ARNs of the executions that it started and waits for, in the order of its branches."""
        return [arn for _, arn in sorted(self.started_executions.items())]

    @property
    def facts(self) -> Mapping[str, Json]:
        """Return the cause if it is a JSON object; an empty mapping for other causes."""
        return read_mapping(parse_json(self.cause))

    @property
    def run(self) -> Mapping[str, Json] | None:
        """Return the run that it belongs to: ID, date, and others; None before they are known, and without them."""
        return read_run(self.variables)

    @property
    def params(self) -> Mapping[str, Json] | None:
        """Return the parameters of the run; None before they are known, if they are invalid, and without them."""
        return read_params(self.variables)

    @property
    def message(self) -> str:
        """Return why it failed."""
        return self.reading.explain(self)
