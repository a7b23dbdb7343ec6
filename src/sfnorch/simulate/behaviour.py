"""What the services do in a run: how long jobs take, which fail, which are throttled, what mocked tasks answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

from sfnorch.simulate.isolation import Isolation

Number = TypeVar("Number", int, float)
ALWAYS = 1_000_000_000
DEFAULT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Job runs that fail, by the job's name or pattern: the first `times` of each job's."""

    job: str
    times: int = ALWAYS
    message: str = "simulated: this run was told to fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What Glue and mocked tasks do. Patterns are a shell's: `glue-job-1-*`; of several that fit, the last counts."""

    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long a run of a job takes, by name or pattern; five minutes where nothing is said."""
    faults: Sequence[Fault] = ()
    throttles: Mapping[str, int] = field(default_factory=dict)
    """How many starts of a job are throttled, by name or pattern."""
    unknown: Sequence[str] = ()
    """Jobs that Glue doesn't know, by name or pattern."""
    concurrent_runs: Mapping[str, int] = field(default_factory=dict)
    """How many runs of a job there may be at once; one where nothing is said, as Glue has it."""
    mocks: Mapping[str, Any] = field(default_factory=dict)
    """What a Task yields, by its state's name: the result, `{"Return": result}`, or `{"Throw": {"Error", "Cause"}}`."""
    enforce_permissions: bool = True
    run_functions: bool = False
    """Whether the code of the template's own functions is run, in a process of its own, isolated or not."""
    run_isolated: bool = False
    """Whether it is run where its process can be isolated."""
    isolation: Isolation | None = None
    """How processes are isolated; what the system allows where nothing is said."""
    starting_seconds: float = 10.0
    """Real seconds that such a process may take to start, beside the function's own time."""
    code_folder: Path | None = None
    """Where code of functions lies that the template doesn't hold."""

    def seconds_of(self, job: str, default: float = DEFAULT_SECONDS) -> float:
        """How long a run of the job takes."""
        return _last(self.seconds, job, default)

    def throttled(self, job: str) -> int:
        """How many of the job's starts are throttled."""
        return _last(self.throttles, job, 0)

    def at_once(self, job: str, default: int = 1) -> int:
        """How many runs of the job there may be at once."""
        return _last(self.concurrent_runs, job, default)

    def knows(self, job: str) -> bool:
        """Whether Glue has a job of this name."""
        return not any(fits(pattern, job) for pattern in self.unknown)

    def fault(self, job: str, earlier: int) -> Fault | None:
        """Why the job's next run fails, after `earlier` runs of it; None where it doesn't."""
        found = [fault for fault in self.faults if fits(fault.job, job)]
        return found[-1] if found and earlier < found[-1].times else None


def fits(pattern: str, job: str) -> bool:
    """Whether the pattern stands for the job."""
    return pattern == job or fnmatchcase(job, pattern)


def _last(values: Mapping[str, Number], job: str, default: Number) -> Number:
    found = [value for pattern, value in values.items() if fits(pattern, job)]
    return found[-1] if found else default
