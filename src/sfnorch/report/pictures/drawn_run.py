"""A run to draw: its executions and job runs with their times, and all that a report shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sfnorch.durations import format_duration
from sfnorch.report.tones import Tone, find_tone
from sfnorch.template.states import StateScope

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the AWS console, and what it shows."""

    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnAttempt:
    """An attempt of an activity; times are in seconds after the start of the run."""

    number: int
    status: str
    started: float
    ended: float | None
    """The end; None if it is still running."""
    run_id: str = ""
    message: str = ""
    waiting: float | None = None
    """The seconds at its beginning in which it consumed no resources; None if unknown."""


@dataclass(slots=True, kw_only=True, eq=False)
class DrawnActivity:
    """An execution, a job run or a Map run; times are in seconds after the start of the run."""

    kind: str
    """`execution`, `Map run`, or the kind of a job run, in words."""
    name: str
    status: str
    started: float
    ended: float | None
    """The end; None if it is still running."""
    error: str = ""
    message: str = ""
    facts: Sequence[tuple[str, str]] = ()
    """More about it: names and values."""
    links: Sequence[Link] = ()
    parts: list[DrawnActivity] = field(default_factory=list)
    """Activities in it, in the order of their rows."""
    attempts: Sequence[DrawnAttempt] = ()
    """The attempts that it consists of; none if it is one attempt of which no more is known."""
    is_critical: bool = False
    """Whether it is on the critical path."""
    shown_status: str = ""
    """The status as it is shown, if that differs."""
    machine: str = ""
    """The ARN of the state machine of an execution."""

    @property
    def tone(self) -> Tone:
        """Return what its status means."""
        return find_tone(self.status)

    @property
    def is_execution(self) -> bool:
        """Return whether it is an execution."""
        return self.kind == "execution"

    def find_end(self, now: float) -> float:
        """Return its end, or `now` if it is still running."""
        return now if self.ended is None else self.ended


@dataclass(frozen=True, slots=True)
class Row:
    """An activity, and how many others contain it."""

    activity: DrawnActivity
    depth: int
    holder: DrawnActivity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFailure:
    """A root cause: where, why, and where to look."""

    where: str
    what: str
    message: str
    links: Sequence[Link] = ()
    activity: DrawnActivity | None = None
    """The activity that failed; None if it has no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What happened at a time: a notification, an alarm, or a line of the timeline."""

    at: float
    title: str
    text: str = ""
    tone: Tone = Tone.OTHER


@dataclass(frozen=True, slots=True)
class DrawnVisit:
    """A visit of a state: when it was and how it ended, and its values by name."""

    title: str
    tone: Tone
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMachine:
    """A state machine: its states, and what its executions have reached of them."""

    title: str
    arn: str = ""
    states: StateScope
    entered: Mapping[str, int]
    """How often each state was entered, by name."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """How often states failed."""
    caught: Mapping[str, int] = field(default_factory=dict)
    """How often errors of states were caught."""
    retried: Mapping[str, int] = field(default_factory=dict)
    """How often states were retried."""
    visits: Mapping[str, Sequence[DrawnVisit]] = field(default_factory=dict)
    """The first visits of each state and the last one."""
    taken: frozenset[tuple[str, str]] = frozenset()
    """The transitions that were taken: the state, and its part that leads to the next one."""


@dataclass(slots=True, kw_only=True)
class DrawnRun:
    """A run with all that a report shows of it."""

    title: str
    status: str
    activities: list[DrawnActivity]
    """The activities that no other one contains."""
    end: float
    """The end of the time axis, in seconds after the start."""
    begin: datetime | None = None
    """The time of the start; None for a simulation, whose times are those after its start."""
    figures: Mapping[str, str] = field(default_factory=dict)
    failures: Sequence[DrawnFailure] = ()
    commands: Sequence[str] = ()
    """The commands that resume what failed."""
    notifications: Sequence[Moment] = ()
    alarms: Sequence[Moment] = ()
    outputs: Sequence[Moment] = ()
    """Statements that were run, and objects that were written."""
    timeline: Sequence[Moment] = ()
    machines: Sequence[DrawnMachine] = ()
    notes: Sequence[str] = ()
    left_out: list[str] = field(default_factory=list)
    """What the report leaves out, in sentences."""

    def list_rows(self) -> list[Row]:
        """Return all activities, each before those that it contains."""
        return [row for activity in self.activities for row in _list_rows(activity, 0, None)]

    def format_moment(self, at: float) -> str:
        """Return a time as text: in UTC if the start is known, with the date if the run takes longer than a day."""
        if self.begin is None:
            return f"T+{format_duration(at)}"
        moment = self.begin + timedelta(seconds=at)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if self.end >= _DAY else f"{moment:%H:%M:%S}"


def _list_rows(activity: DrawnActivity, depth: int, holder: DrawnActivity | None) -> Iterator[Row]:
    waiting = [Row(activity, depth, holder)]
    while waiting:
        row = waiting.pop()
        yield row
        waiting.extend(Row(part, row.depth + 1, row.activity) for part in reversed(row.activity.parts))


def choose_rows(rows: Sequence[Row], most: int) -> list[Row]:
    """Return at most so many rows in their order: first those of failures and the critical path, with their holders."""
    if len(rows) <= most:
        return list(rows)
    holders = {id(row.activity): row.holder for row in rows}
    chosen: set[int] = set()
    for row in sorted(rows, key=_rank):
        activity: DrawnActivity | None = row.activity
        family = []
        while activity is not None and id(activity) not in chosen:
            family.append(id(activity))
            activity = holders[id(activity)]
        if len(chosen) + len(family) <= most:
            chosen.update(family)
    return [row for row in rows if id(row.activity) in chosen]


def _rank(row: Row) -> int:
    """Return the rank of a row if there is no room for all: 0 for failures, 1 for the critical path, 2 for others."""
    return 0 if row.activity.tone is Tone.BAD else 1 if row.activity.is_critical else 2


def count_left_out(rows: Sequence[Row], chosen: Sequence[Row]) -> str:
    """Return a sentence about the rows that are left out; empty if none is."""
    left = len(rows) - len(chosen)
    if not left:
        return ""
    failed = sum(row.activity.tone is Tone.BAD for row in rows) - sum(row.activity.tone is Tone.BAD for row in chosen)
    return (
        f"The chart shows {len(chosen):,} of {len(rows):,} executions and job runs: failures and the critical path "
        f"first. {failed:,} of the {left:,} others failed."
    )
