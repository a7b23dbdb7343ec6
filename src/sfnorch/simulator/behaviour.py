"""The behaviour of the services in a run: job durations, failures, throttling, and the results of mocked tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sfnorch.json_values import Json

if TYPE_CHECKING:
    from sfnorch.simulator.isolation import Isolation

Number = TypeVar("Number", int, float)
ALWAYS = 1_000_000_000
DEFAULT_SECONDS = 300.0


class Fault(NamedTuple):
    """Failures of job runs, by job name or pattern: the first `times` runs of each job fail."""

    job: str
    times: int = ALWAYS
    message: str = "simulated failure (--fail)"


class RunOutcome(NamedTuple):
    """The outcome of a job run: its duration in seconds, and its failure, if it fails."""

    seconds: float
    fault: Fault | None = None


DrawOutcome = Callable[[str], "RunOutcome | None"]
"""Draws the outcome of the next run of a job; None for a job without recorded runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The behaviour of Glue and of mocked tasks.

    Patterns are shell patterns: `glue-job-1-*`. If several patterns match, the last one applies.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    """The duration of a job run in seconds, by job name or pattern; the default is five minutes."""
    faults: Sequence[Fault] = ()
    draw: DrawOutcome | None = None
    """Draws the outcomes of job runs at random; durations and failures by name replace them."""
    throttles: Mapping[str, int] = field(default_factory=dict)
    """The number of throttled starts of a job, by job name or pattern."""
    unknown: Sequence[str] = ()
    """Jobs that do not exist in Glue, by job name or pattern."""
    concurrent_runs: Mapping[str, int] = field(default_factory=dict)
    """The maximum number of concurrent runs of a job, by job name or pattern; the default is 1, as in Glue."""
    mocks: Mapping[str, Json] = field(default_factory=dict)
    """The result of a Task, Map or Parallel state, by its name or path (`Machine/Map/State`): a result,
    `{"Return": result}`, `{"Throw": {"Error", "Cause"}}`, or a sequence of these by attempt: `{"0": …, "1-2": …}`."""
    objects: Mapping[str, bytes | Path] = field(default_factory=dict)
    """The objects in S3 that a Map reads, by URI (`s3://bucket/key`): the content, or the file with it."""
    enforce_permissions: bool = True
    run_functions: bool = False
    """Whether to run the code of the template's functions in a separate process, isolated or not."""
    run_isolated: bool = False
    """Whether to run this code only if the process can be isolated."""
    isolation: Isolation | None = None
    """How to isolate processes; the default depends on the operating system."""
    starting_seconds: float = 10.0
    """The seconds of real time in which such a process must start, in addition to the function's timeout."""
    code_folder: Path | None = None
    """The folder with the code of functions whose code is not in the template."""

    def find_duration(self, job: str, default: float = DEFAULT_SECONDS) -> float:
        """Return the duration of a run of the job, in seconds."""
        return _find_last(self.seconds, job, default)

    def count_throttled(self, job: str) -> int:
        """Return how many starts of the job are throttled."""
        return _find_last(self.throttles, job, 0)

    def find_concurrency(self, job: str, default: int = 1) -> int:
        """Return the maximum number of concurrent runs of the job."""
        return _find_last(self.concurrent_runs, job, default)

    def is_known_job(self, job: str) -> bool:
        """Return whether the job exists in Glue."""
        return not any(is_matching_job(pattern, job) for pattern in self.unknown)

    def find_fault(self, job: str, earlier: int) -> Fault | None:
        """Return the failure of the job's next run, after `earlier` runs of the job; None if the run does not fail."""
        for fault in reversed(self.faults):
            if is_matching_job(fault.job, job):
                return fault if earlier < fault.times else None
        return None

    def choose_outcome(self, job: str, earlier: int) -> RunOutcome:
        """Return the outcome of the job's next run, after `earlier` runs of the job."""
        drawn = self.draw(job) if self.draw else None
        fault = self.find_fault(job, earlier)
        if drawn is None:
            return RunOutcome(self.find_duration(job), fault)
        return RunOutcome(self.find_duration(job, drawn.seconds), fault or drawn.fault)


@lru_cache(maxsize=10_000)
def is_matching_job(pattern: str, job: str) -> bool:
    """Return whether the pattern matches the job."""
    return pattern == job or fnmatchcase(job, pattern)


def _find_last(values: Mapping[str, Number], job: str, default: Number) -> Number:
    if not values:
        return default
    found = [value for pattern, value in values.items() if is_matching_job(pattern, job)]
    return found[-1] if found else default
