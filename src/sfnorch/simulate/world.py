"""What executions of one run share: the virtual clock, the template, what services do, and the record of it all."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict, deque
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

import simpy

from sfnorch.simulate.behaviour import Behaviour
from sfnorch.simulate.expressions import Evaluator
from sfnorch.simulate.function_process import FunctionProcesses
from sfnorch.simulate.record import Event, Execution, Run, What
from sfnorch.template.contents import Template

Steps: TypeAlias = Generator[simpy.Event, Any, Any]
"""What a process does over time: it yields what it waits for, and returns what came of it."""

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
"""When a run begins, unless told: some time must be shown, and always the same."""

MAX_EXECUTIONS = 20_000
"""Where a run is given up: no end is in sight."""


@dataclass(slots=True)
class JobCounts:
    """Of a Glue job: how many runs there are now, how many were begun, how many starts were throttled; who waits."""

    running: int = 0
    begun: int = 0
    throttled: int = 0
    queue: deque[simpy.Event] = field(default_factory=deque)
    """The turns of the runs that Glue has queued, the next one first."""


@dataclass(slots=True)
class World:
    """One run's clock, template, behaviour and record."""

    template: Template
    behaviour: Behaviour
    seed: int = 0
    begin: datetime = BEGIN
    most_executions: int = MAX_EXECUTIONS
    clock: simpy.Environment = field(default_factory=simpy.Environment)
    record: Run = field(default_factory=Run)
    rng: random.Random = field(init=False)
    evaluator: Evaluator = field(init=False)
    processes: dict[str, simpy.Process] = field(default_factory=dict)
    """The running process of each execution, by ARN."""
    alarm_states: dict[str, str] = field(default_factory=dict)
    job_counts: defaultdict[str, JobCounts] = field(default_factory=lambda: defaultdict(JobCounts))
    by_name: dict[tuple[str, str], Execution] = field(default_factory=dict)
    """Executions by their machine's ARN and their name."""

    functions: FunctionProcesses = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a simulation
        self.evaluator = Evaluator(self.rng, self.now)
        self.functions = FunctionProcesses(
            self.behaviour.code_folder,
            self.template.stack.where.region,
            self.behaviour.starting_seconds,
            isolation=self.behaviour.isolation,
        )

    @property
    def at(self) -> float:
        """Seconds since the run began."""
        return float(self.clock.now)

    def now(self) -> datetime:
        """Return the virtual time of day."""
        return self.moment(self.at)

    def moment(self, at: float) -> datetime:
        """Return the time of day so many seconds after the run began."""
        return self.begin + timedelta(seconds=at)

    def new_id(self) -> str:
        """Return a UUID, the same in every run of the same seed."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def tell(self, what: What, execution: Execution, state: str = "", **detail: Any) -> None:
        """Note an event."""
        event = Event(
            at=self.at,
            what=what,
            execution=execution.arn,
            machine=execution.title,
            state=state,
            detail=detail,
        )
        self.record.events.append(event)
