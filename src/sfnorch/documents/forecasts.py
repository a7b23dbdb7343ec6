"""The document of a forecast: `sfnorch simulate --durations`."""

from __future__ import annotations

from typing import TypedDict

from sfnorch.documents.types import Seconds, Timestamp


class SpreadData(TypedDict):
    """How times or prices are distributed over the runs."""

    min: float
    """Least value."""
    p50: float
    """Median: half of the runs have this value or a lower one."""
    p90: float
    """Value that 90% of the runs do not exceed."""
    p99: float
    """Value that 99% of the runs do not exceed."""
    max: float
    """Greatest value."""
    mean: float
    """Mean."""


class ShareData(TypedDict):
    """A share of the runs, and the limits of its 95% confidence interval."""

    value: float
    """Share of the runs, from 0 to 1."""
    low: float
    """Lower limit."""
    high: float
    """Upper limit."""


class ForecastExecutionData(TypedDict):
    """The end of the executions of a name."""

    name: str
    """Name of the state machine or task, and ` (further executions)` for those after the first one."""
    end: SpreadData
    """End in seconds after the start of the run, whether or not the execution succeeded."""
    failed: ShareData
    """Runs in which it failed. One that runs at the end of the simulation has not failed."""


class ForecastJobData(TypedDict):
    """A job, or other work that takes time, in the runs of the forecast."""

    job: str
    """Name of the job, or of the other work."""
    kind: str
    """`job`, `workflow`, `function`, `machine`, `statement`, `query` or `crawl`."""
    recorded: int
    """Number of recorded runs in the file; 0 if the duration is assumed."""
    ran: ShareData
    """Runs in which the job ran."""
    critical: ShareData
    """Runs in which the job was on the critical path."""
    failed: ShareData
    """Runs in which a run of the job failed."""


class ForecastDeadlineData(TypedDict):
    """A deadline."""

    seconds: Seconds
    """Deadline in seconds after the start."""
    at: Timestamp | None
    """Deadline; null if the run has no start time."""
    missed: ShareData
    """Runs that failed, or ended later."""


class ForecastAlarmData(TypedDict):
    """An alarm of the template on the duration of a state machine."""

    machine: str
    """Name of the state machine without the stack's name."""
    seconds: Seconds
    """Deadline or maximum duration, in seconds after the start of the execution."""
    deadline: bool
    """Whether an execution that fails misses it too."""
    missed: ShareData
    """Runs in which an execution missed it."""


class ForecastPriceData(TypedDict):
    """The price of a run in US dollars."""

    total: SpreadData
    """Glue and Step Functions together."""
    glue: float
    """Mean price of the Glue job runs."""
    stepFunctions: float
    """Mean price of the state transitions."""
    dpuHours: float
    """Mean number of DPU-hours."""
    prices: str
    """Region and date of the prices of Glue."""
    notCounted: list[str]
    """What the price does not contain."""


class BinData(TypedDict):
    """A bin of the histogram of the ends."""

    start: Seconds
    """Start of the bin, in seconds after the start of the run."""
    end: Seconds
    """End of the bin."""
    runs: int
    """Number of runs that ended in it."""


class ForecastDocument(TypedDict):
    """A forecast."""

    runs: int
    """Number of simulated runs."""
    seed: int
    """Seed of the random numbers."""
    main: ForecastExecutionData
    """Execution that was started."""
    failures: ShareData
    """Runs in which an execution or a job run failed, whether or not the plan handles it."""
    executions: list[ForecastExecutionData]
    """Executions that it started, by name: the one that ends last first."""
    jobs: list[ForecastJobData]
    """Jobs and other work that takes time: what is most often on the critical path first."""
    deadline: ForecastDeadlineData | None
    """Deadline; null without `--deadline`."""
    alarms: list[ForecastAlarmData]
    """Deadlines and maximum durations in the alarms of the template."""
    price: ForecastPriceData
    """Price of a run."""
    histogram: list[BinData]
    """Number of runs by their end."""
    warnings: list[str]
    """Sentences about what the forecast cannot know: for example, jobs without recorded runs."""
