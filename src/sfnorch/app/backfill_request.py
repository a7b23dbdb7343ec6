"""The request for a backfill: the range of its dates, and what the runs have in common."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sfnorch.errors import RequestError
from sfnorch.json_values import Json, write_as_text
from sfnorch.protocol.backfill import MOST_DATES_IN_ALL, MOST_PARALLEL
from sfnorch.schedules.date_ranges import STEP_FORM, list_dates, parse_step


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """The dates from the first to the last, in steps."""

    first: date
    """The first date."""
    last: date
    """The last date, which is included if a step reaches it."""
    every: str = "1d"
    """The step: days, weeks or months, such as 1d, 2w or 3mo. In a month without the day of the first date, it is the
    last day of the month."""

    def __post_init__(self) -> None:
        """Raise RequestError for a range without dates or with too many, and for an invalid step."""
        step = parse_step(self.every)
        if step is None:
            raise RequestError(f": {self.every!r} is invalid; must be {STEP_FORM}", field="every")
        if self.last < self.first:
            raise RequestError(f": {self.last} is before {self.first}", field="last")
        for count, _ in enumerate(list_dates(self.first, self.last, step), 1):
            if count > MOST_DATES_IN_ALL:
                most = f"more than {MOST_DATES_IN_ALL:,} dates"
                raise RequestError(f": {most} from {self.first} to {self.last}; choose a shorter range", field="last")

    def list_dates(self) -> list[str]:
        """Return the dates in the form YYYY-MM-DD."""
        step = parse_step(self.every)
        return [found.isoformat() for found in list_dates(self.first, self.last, step)] if step else []


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillRequest:
    """A backfill: a run of the main state machine of a stack for each date of a range."""

    stack_name: str
    """The name of the stack."""
    dates: DateRange
    """The dates."""
    param: str | None = None
    """The parameter that gets the date; by default the only one of type date."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Values of other parameters, for all dates."""
    only: Sequence[str] = ()
    """The children to run, without the others."""
    parallel: int = 1
    """The number of dates that run concurrently."""
    stop_on_failure: bool = False
    """Whether no further date starts after a failure."""

    def __post_init__(self) -> None:
        """Raise RequestError for a number of concurrent dates that is out of range."""
        refuse_parallel(self.parallel)

    def build_command(self, region: str | None = None) -> str:
        """Return the command that starts and continues the backfill."""
        words = ["sfnorch", "backfill", "--from", f"{self.dates.first}", "--to", f"{self.dates.last}"]
        words += ["--every", self.dates.every] if self.dates.every != "1d" else []
        words += ["--param", self.param] if self.param else []
        for name, value in self.params.items():
            words += ["--param", f"{name}={write_as_text(value)}"]
        for child in self.only:
            words += ["--only", child]
        words += ["--parallel", f"{self.parallel}"] if self.parallel != 1 else []
        words += ["--stop-on-failure"] if self.stop_on_failure else []
        words += ["--stack-name", self.stack_name]
        words += ["--region", region] if region else []
        return shlex.join(words)


def refuse_parallel(parallel: int) -> None:
    """Raise RequestError for a number of concurrent dates that the state machine refuses."""
    if not 1 <= parallel <= MOST_PARALLEL:
        raise RequestError(f": {parallel} is out of range; must be 1 to {MOST_PARALLEL}", field="parallel")
