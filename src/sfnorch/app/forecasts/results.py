"""The result of a forecast: times in seconds after the start of the run, prices in US dollars, shares from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sfnorch.distributions import Share, Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastExecution:
    """The end of the executions of a name, in seconds after the start of the run."""

    name: str
    end: Spread
    failed: Share
    """The share of runs in which one of these executions failed. One that runs at the end has not failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastJob:
    """A job, or other work that takes time, in the runs of a forecast."""

    name: str
    kind: str
    """`job`, `workflow`, `function`, `machine`, `statement`, `query` or `crawl`."""
    ran: Share
    critical: Share
    """The share of runs in which the job was on the critical path."""
    failed: Share
    recorded: int
    """The number of recorded runs; 0 for a job whose duration is assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDeadline:
    """The probability of missing a deadline: the execution fails, or ends later."""

    seconds: float
    """The deadline in seconds after the start."""
    at: datetime | None
    """The deadline, if the run has a start time."""
    missed: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLimit:
    """The probability that an alarm on the duration of a state machine is raised: a deadline or a maximum duration."""

    name: str
    """The state machine, without the stack's name."""
    seconds: float
    """The seconds after the start of its execution."""
    is_deadline: bool
    """Whether an execution that fails misses it too."""
    missed: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPrice:
    """The price of a run in US dollars."""

    whole: Spread
    glue_mean: float
    step_functions_mean: float
    dpu_hours_mean: float
    uncounted: tuple[str, ...]
    """What the price does not contain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The result of a forecast."""

    runs: int
    seed: int
    main: ForecastExecution
    failures: Share
    """The share of runs in which an execution or a job run failed, whether or not the plan handles it."""
    executions: tuple[ForecastExecution, ...]
    """The other executions by name: the one that ends last first."""
    jobs: tuple[ForecastJob, ...]
    """The jobs: the one that is most often on the critical path first."""
    deadline: ForecastDeadline | None
    limits: tuple[ForecastLimit, ...]
    """The deadlines and maximum durations in the alarms of the template."""
    price: ForecastPrice
    warnings: tuple[str, ...]
    seconds: tuple[float, ...]
    """The end of each run, sorted."""
