"""The items that a resumed fan-out runs: those that did not succeed, each with the number of its jobs that have run."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from sfnorch.aws.glue_jobs import ACTIVE_STATUSES
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, is_number, parse_json, read_mapping, read_string
from sfnorch.protocol.fan_out import (
    FanOutState,
    ItemState,
    RemainingItem,
    find_item_states,
    read_batch_done,
    read_batch_items,
)
from sfnorch.runs.history import read_whole_record
from sfnorch.runs.job import ExecutedJob

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_stepfunctions import SFNClient

_CALLS_A_SECOND = 5.0
"""Calls of GetExecutionHistory per second: a quarter of the account's quota."""

_FAILED_STATE = re.compile(r"while executing the state '([^']+)'")
"""The state in the cause of an error that no state catches (reported by users)."""


@dataclass(slots=True, kw_only=True)
class RemainingItems:
    """The items left to run, as the JSON list that a Map reads, in a temporary file."""

    file: IO[bytes] = field(default_factory=TemporaryFile)
    starts: Counter[int] = field(default_factory=Counter)
    """The number of items by the number of their jobs that have run."""

    @property
    def total(self) -> int:
        """Return the number of items."""
        return self.starts.total()

    def add(self, item: Json, done: int) -> None:
        """Add an item."""
        row: RemainingItem = {"item": item, "done": done}
        self.file.write(b",\n" if self.total else b"[\n")
        self.file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        self.starts[done] += 1

    def close_list(self) -> None:
        """End the list, after which it can be read from its beginning."""
        self.file.write(b"\n]\n" if self.total else b"[]\n")
        self.file.seek(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProgressReader:
    """Finds out how many jobs of an item have run: from the cause of its execution, or from its history."""

    stepfunctions: SFNClient
    glue: GlueClient
    clock: Clock
    definition: Mapping[str, Json]
    """The definition of the state machine."""

    def read(self, row: Mapping[str, Json]) -> list[RemainingItem]:
        """Return the items of an execution in a file of results, each with the number of its jobs that have run.

        Raises SfnorchError if a job run of the execution has not ended: the resumed run would start a second one.
        """
        given = read_mapping(parse_json(row.get("Input")))
        arn = read_string(row.get("ExecutionArn"))
        if not given.keys() & {"item", "Items"} and arn:  # a file has no input that is too large
            described = add_retries(self.stepfunctions.describe_execution, self.clock)(executionArn=arn)
            given = read_mapping(parse_json(described.get("input")))
        if batch := read_batch_items(given):
            return self._read_batch(batch, row, arn)
        if "item" not in given:
            raise SfnorchError("The results of the Map Run have an execution without its item")
        return [{"item": given["item"], "done": self._count_done(row, arn, _read_done(given))}]

    def _read_batch(self, batch: list[dict[str, Json]], row: Mapping[str, Json], arn: str) -> list[RemainingItem]:
        done = [_read_done(item) for item in batch]
        if arn and row.get("Status") != "PENDING":
            known = read_batch_done(parse_json(read_string(row.get("Cause"))))
            if known is None or len(known) != len(batch):  # it was stopped
                ran = Counter(job.iteration for job in self._list_jobs(arn) if job.status == "SUCCEEDED")
                known = [before + ran[index] for index, before in enumerate(done)]
            done = known
        return [{"item": item.get("item"), "done": number} for item, number in zip(batch, done, strict=True)]

    def _count_done(self, row: Mapping[str, Json], arn: str, before: int) -> int:
        if not arn or row.get("Status") == "PENDING":
            return before
        cause = read_string(row.get("Cause"))
        done = find_value(parse_json(cause), "done")
        if is_number(done):
            return int(done)
        if match := _FAILED_STATE.search(cause):
            states = list(_list_states(self.definition, match[1]))
            if match[1] in states:
                return max(before, states.index(match[1]) - 2)  # the first two states run no job
        return before + sum(job.status == "SUCCEEDED" for job in self._list_jobs(arn))

    def _list_jobs(self, arn: str) -> list[ExecutedJob]:
        """Return the jobs in the history of an execution, as they ended also if it was stopped before it saw it."""
        self.clock.sleep(1 / _CALLS_A_SECOND)
        record = read_whole_record(self.stepfunctions, arn, self.clock)
        for job in record.jobs:
            if job.unsettled and job.of_glue:
                run = add_retries(self.glue.get_job_run, self.clock)(JobName=job.glue_name, RunId=job.run_id)["JobRun"]
                if run["JobRunState"] in ACTIVE_STATUSES:
                    raise SfnorchError(
                        f"The run {job.run_id} of {job.glue_name} is still running, though its execution has ended",
                        hint="wait until it ends, or stop it in Glue, then repeat the command",
                    )
                job.status = run["JobRunState"]
        return record.jobs


def _read_done(given: Mapping[str, Json]) -> int:
    done = given.get("done")
    return int(done) if is_number(done) else 0


def _list_states(definition: Mapping[str, Json], failed: str) -> Iterator[str]:
    """Yield the states of a child execution in order: the first two, and those of the jobs."""
    for name in (FanOutState.RUN_ITEMS, FanOutState.RUN_REMAINING):
        states, first = find_item_states(definition, name)
        if failed not in states:
            continue
        choice = read_string(find_value(states, first, "Next"))
        yield from (first, choice)
        state, ends = read_string(find_value(states, choice, "Default")), set[str]()
        while state in states and state not in ends and not state.startswith(ItemState.ITEM_DONE):
            yield state
            ends.add(state)
            state = read_string(find_value(states, state, "Next"))
