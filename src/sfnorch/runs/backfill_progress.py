"""Follow a backfill: the history of its execution says when each date starts, and how it ends.

Only this history is read, with one call for each poll, however many dates run. The executions of the dates have
fixed names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.polling import Backoff, Clock, add_retries
from sfnorch.json_values import parse_json, read_mapping, read_string
from sfnorch.protocol.backfill import END_STATE, RUN_STATE, name_run
from sfnorch.runs.date_runs import PENDING, DateRun
from sfnorch.runs.events import read_details
from sfnorch.runs.executions import make_execution_arn, read_events_after, read_machine_name
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import open_record

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

    from sfnorch.runs.record import Record

_SHORTEST, _LONGEST = 1.0, 10.0


@dataclass(slots=True, kw_only=True)
class FollowedBackfill:
    """A backfill while it is followed: its dates in order, and the last of its executions."""

    dates: dict[str, DateRun]
    """All dates, also those that had succeeded before."""
    key: str
    main_machine_arn: str
    attempts: Mapping[str, int]
    """The attempts of this backfill by date, if they are not the first."""
    execution: str = ""
    """The ARN of the last execution of the backfill; empty if there was nothing to run."""
    record: Record = field(default_factory=open_record)
    """What the history of the last execution says."""

    @property
    def ended(self) -> bool:
        """Return whether the backfill has ended, and no other execution continues it."""
        return not self.execution or (self.record.ended is not None and not self.next_execution)

    @property
    def next_execution(self) -> str:
        """Return the ARN of the execution that continues the last one; empty if there is none."""
        following = self.record.next_execution  # of a date, if the last execution that was started is one
        return following if read_machine_name(following) == read_machine_name(self.execution) else ""

    @property
    def status(self) -> str:
        """Return the status of its last execution; SUCCEEDED if there was nothing to run."""
        return self.record.status if self.execution else "SUCCEEDED"

    def select_dates(self, *statuses: str) -> list[DateRun]:
        """Return the dates with these statuses, in order."""
        return [run for run in self.dates.values() if run.status in statuses]

    def estimate_remaining(self, now: datetime) -> float | None:
        """Return the seconds until all dates have ended, from the mean duration of those that have; None before one.

        As many dates as run now are assumed to run concurrently until the end.
        """
        took = [(run.ended - run.started).total_seconds() for run in self.dates.values() if run.started and run.ended]
        running = self.select_dates("RUNNING")
        if not took:
            return None
        mean = sum(took) / len(took)
        left = sum(max(0.0, mean - (now - run.started).total_seconds()) for run in running if run.started)
        return (left + mean * len(self.select_dates(PENDING))) / max(1, len(running))

    def read(self, events: list[HistoryEventTypeDef]) -> list[DateRun]:
        """Read the next events of the execution, and return the dates that have changed."""
        for _ in read_events(self.record, events):
            pass
        changed = [run for event in events if (run := self._read_event(event))]
        return list({run.date: run for run in changed}.values())

    def _read_event(self, event: HistoryEventTypeDef) -> DateRun | None:
        details = read_details(event)
        name, kind = details.get("name"), event["type"]
        if name == RUN_STATE and kind == "TaskStateEntered":
            run = self.dates.get(read_string(parse_json(details.get("input"))))
            if run is not None:
                self._begin(run, event)
            return run
        if name in (RUN_STATE, END_STATE) and kind.endswith("StateExited"):
            outcome = read_mapping(parse_json(details.get("output")))
            run = self.dates.get(read_string(outcome.get("date")))
            if run is not None and "status" in outcome:
                run.status, run.ended = read_string(outcome["status"]), event["timestamp"]
                run.failed, run.error, run.message = (
                    read_string(outcome.get(key)) for key in ("failed", "error", "message")
                )
                return run
        return None

    def _begin(self, run: DateRun, event: HistoryEventTypeDef) -> None:
        attempt = self.attempts.get(run.date, 1)
        if run.attempt != attempt or run.started is None:
            run.started = event["timestamp"]
        run.status, run.attempt, run.ended = "RUNNING", attempt, None
        run.failed = run.error = run.message = ""
        run.execution = make_execution_arn(self.main_machine_arn, name_run(run.date, self.key, attempt))


def follow_backfill(
    client: SFNClient, backfill: FollowedBackfill, clock: Clock, deadline: float | None = None
) -> Iterator[list[DateRun]]:
    """Yield the dates that have changed after each poll, until the backfill has ended or the deadline has passed."""
    read = add_retries(read_events_after, clock)
    pace = Backoff(clock, first=_SHORTEST, longest=_LONGEST, growth=1.3)
    while True:
        changed = backfill.read(read(client, backfill.execution, backfill.record.last_event))
        yield changed
        if backfill.ended or (deadline is not None and clock.now() >= deadline):
            return
        if backfill.record.ended is not None:
            backfill.execution, backfill.record = backfill.next_execution, open_record()
            continue
        pace.wait(changed=bool(changed), most=None if deadline is None else deadline - clock.now())
