"""Backfill: a machine that runs the main machine once for each date of a list.

Each date is an execution of the main machine with a fixed name, `DATE-KEY-ATTEMPT`. An execution of the backfill runs
at most `MOST_DATES` dates, then starts the next one with the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypedDict

from sfnorch.json_values import Json, find_value, read_mapping, read_mappings, read_string
from sfnorch.protocol import dag, fan_out, master_child
from sfnorch.protocol.mark import Mark
from sfnorch.protocol.overlap import find_holder

MACHINE = "backfill"
"""The name of the machine, without the name of the stack."""

ERROR = "BackfillFailed"
"""The error of a backfill with dates that failed."""

MOST_DATES = 200
"""The most dates that one execution runs.

The history of an execution is limited to 25,000 events. A date needs at most 50 if each of its calls is retried as
often as possible; an execution adds at most 11,000 for polls and 3,000 for its loop.
"""

MOST_DATES_IN_ALL = 5_000
"""The most dates of a backfill: with their attempts and the dates that failed, they fit into an input of 256 KiB."""

MOST_PARALLEL = 40
"""The most dates that run concurrently: the largest concurrency of an inline Map (documented).

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""


class BackfillState:
    """Names of states."""

    RESOLVE_BACKFILL = "ResolveBackfill"
    CHECK_BACKFILL = "CheckBackfill"
    RUN_DATES = "RunDates"
    RUN_DATES_OF_LANE = "RunDatesOfLane"
    CHECK_DATES = "CheckDates"
    CONTINUE_BACKFILL = "ContinueBackfill"
    BACKFILL_FAILED = "BackfillFailed"


class BackfillVariable:
    """Names of variables that `runs` reads.

    `machine` is the ARN of the main machine. `dates` are those of this execution and the ones after it, `failed` the
    dates that failed since the first execution.
    """

    MACHINE = "machine"
    DATES = "dates"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    TOTAL = "total"
    RUN_KEY = "runKey"
    ATTEMPTS = "attempts"
    COMMAND = "command"


RUN_STATE, END_STATE = "StartOrJoin", "Joined"
"""The states of an iteration that have the outcome of a date as their output: after a success, and after a failure."""


class DateFailure(TypedDict, total=False):
    """A date that failed: the parts that failed, if they are known; the error; and the beginning of its message."""

    date: str
    failed: str
    error: str
    message: str


class DateOutcome(DateFailure, total=False):
    """The outcome of a date: SUCCEEDED or FAILED."""

    status: str


class BackfillInput(TypedDict, total=False):
    """The input: the dates, and what the runs of all dates have in common.

    `attempts` has the numbers of attempts other than 1. `param` is the parameter that gets the date, `params` has the
    others, `input` the other keys of the main machine's input. `key` is in the names of the runs. `command` is shown in
    messages. An execution that continues another one gets `first`, `part` and the counts of the earlier ones.
    """

    dates: list[str]
    attempts: dict[str, int]
    param: str
    params: Mapping[str, Json]
    input: Mapping[str, object]
    key: str
    parallel: int
    stopOnFailure: bool
    command: str
    total: int
    succeeded: int
    failed: list[str]
    failures: list[DateFailure]
    first: str
    part: int


MARK = Mark(
    state=BackfillState.RESOLVE_BACKFILL,
    variables=(BackfillVariable.DATES, BackfillVariable.RUN_KEY),
    states=(BackfillState.RUN_DATES,),
)


class Parts(NamedTuple):
    """Where the output of a main machine reports its parts, the key with the name of a part, and the error of parts."""

    list_key: Literal["children", "tasks"]
    name_key: Literal["child", "task"]
    error: str


PARTS: Mapping[str, Parts] = {
    "master-child": Parts("children", "child", master_child.CHILDREN_FAILED),
    "dag": Parts("tasks", "task", dag.TASKS_FAILED),
}
"""The parts of a pattern whose main machine can succeed although some of them failed."""

SKIPPED_KEY, SKIPPED, SKIPPED_MESSAGE = "skipped", "RunSkipped", "another run was running"
"""The key in the output of a run that was skipped because of `overlap: skip`; its error and message in a backfill."""

FAILED_STATUSES = ("FAILED", "BLOCKED")
"""The statuses of parts with which a date counts as failed."""

_RUN_NAME = re.compile(r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})-(?P<key>[0-9a-f]+)-(?P<attempt>[1-9][0-9]*)")


def name_run(date: str, key: str, attempt: int) -> str:
    """Return the name of the execution that runs a date."""
    return f"{date}-{key}-{attempt}"


def parse_run_name(name: str, key: str) -> tuple[str, int] | None:
    """Return the date and the attempt of an execution with this name; None if it is not a run with this key."""
    match = _RUN_NAME.fullmatch(name)
    return (match["date"], int(match["attempt"])) if match and match["key"] == key else None


class OutcomeRule(NamedTuple):
    """With which output a run that SUCCEEDED counts as failed: one with failed `parts`, or one that was skipped."""

    parts: Parts | None = None
    can_skip: bool = False
    """Whether a run is skipped while another one runs."""
    has_items: bool = False
    """Whether the output has the numbers of items of a fan-out."""

    @property
    def has_hidden_failures(self) -> bool:
        """Return whether a run that SUCCEEDED can count as failed."""
        return self.parts is not None or self.can_skip or self.has_items

    def find_failure(self, output: Json) -> DateFailure | None:
        """Return why the run with this output counts as failed; None if it does not."""
        if self.can_skip and find_holder(output):
            return {"error": SKIPPED, "message": SKIPPED_MESSAGE}
        if self.has_items:
            return _find_failed_items(output)
        rows = read_mappings(find_value(output, self.parts.list_key)) if self.parts else []
        bad = [row for row in rows if row.get("status") in FAILED_STATUSES]
        if not self.parts or not bad:
            return None
        names = [str(row.get(self.parts.name_key)) for row in bad if row.get("status") == FAILED_STATUSES[0]]
        return {"failed": ", ".join(names), "error": self.parts.error, "message": read_string(bad[0].get("message"))}


def _find_failed_items(output: Json) -> DateFailure | None:
    """Return which items of a fan-out failed; None if all of them succeeded."""
    counts, error = fan_out.read_counts(output), read_string(read_mapping(output).get("error"))
    if not error and not counts.get("failed"):
        return None
    names = ", ".join(map(fan_out.read_item, fan_out.read_failures(output)))
    message = f"{counts.get('failed', 0)} of {counts.get('total', 0)} items failed"
    return {"failed": names, "error": error or fan_out.ERROR, "message": message}
