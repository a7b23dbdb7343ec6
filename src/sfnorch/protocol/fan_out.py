"""`fan-out`: a machine that runs a chain of jobs for every item of a list, each in a child execution of its Map run.

A child execution fails with the cause of a job list, in which `item` is the name of the item. The parent counts what
failed, and reports the first failures by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from sfnorch.json_values import Json, find_value, read_mapping, read_mappings, read_number, read_string, read_strings
from sfnorch.protocol.job_list import JobListCause, JobListVariable
from sfnorch.protocol.mark import Mark

MACHINE = "fan-out"
"""The name of the machine, without the name of the stack."""

ERROR = "ItemsFailed"
"""The error of an execution with items that failed, if the plan lets it fail."""

BATCH_ERROR = "ItemsOfBatchFailed"
"""The error of a child execution with a batch, of which items failed."""

LABEL, REMAINING_LABEL = "items", "remaining"
"""The labels of the Map runs: of the items of the plan, and of the items that a resumed execution gets."""

RESULTS_PREFIX = "fan-out"
"""The prefix of the objects that the Map runs write, and of the lists of items for resumed executions."""

MOST_REPORTED = 20
"""The most failures that a notification and the output name."""


class FanOutState:
    """Names of states of the parent."""

    RESOLVE_ITEMS = "ResolveItems"
    CHECK_ITEMS = "CheckItems"
    RUN_ITEMS = "RunItems"
    RUN_REMAINING = "RunRemaining"
    FIND_MAP_RUN = "FindMapRun"
    COUNT_ITEMS = "CountItems"
    CHECK_FAILURES = "CheckFailures"
    READ_MANIFEST = "ReadManifest"
    READ_FAILURES = "ReadFailures"
    COUNT_FAILURES = "CountFailures"
    WRITE_FAILURES = "WriteFailures"
    ITEMS_FAILED = "ItemsFailed"


class ItemState:
    """Names of states of a child execution, besides those of the jobs."""

    DESCRIBE_ITEM = "DescribeItem"
    CHOOSE_START = "ChooseStart"
    SKIP_ITEM = "SkipItem"
    ITEM_DONE = "ItemDone"
    ITEM_FAILED = "ItemFailed"


class BatchState:
    """Names of states of a child execution with a batch, besides those of its items."""

    RUN_BATCH = "RunBatch"
    RUN_ITEM = "RunItem"
    KEEP_FAILURE = "KeepItemFailure"
    CHECK_BATCH = "CheckBatch"
    BATCH_DONE = "BatchDone"
    BATCH_FAILED = "BatchFailed"


class FanOutVariable:
    """Names of variables of the parent.

    `remaining` is the object with the items of a resumed execution, or null. `results` is the prefix of the objects
    that the execution writes in `bucket`. `counts` are the numbers of items, `failures` the first failures.
    `childThread` is the threadId of a child of a master.
    """

    ITEMS = "items"
    REMAINING = "remaining"
    BUCKET = "bucket"
    RESULTS = "results"
    MAP_RUN = "mapRun"
    COUNTS = "counts"
    FAILURES = "failures"
    ERROR = "mapError"
    SUMMARY = "summary"
    THREAD = "childThread"


class ItemVariable:
    """Names of variables of a child execution. None is a variable of the parent."""

    ITEM = "item"
    ITEM_NAME = "itemName"
    ENVIRONMENT = "itemEnvironment"
    PARAMS = "itemParams"
    RUN = "itemRun"
    CHILD = "itemChild"


class RemainingItems(TypedDict):
    """The object in S3 with the items that a resumed execution runs: a JSON list of `RemainingItem`."""

    bucket: str
    key: str


class FanOutInput(TypedDict, total=False):
    """The input of the parent: the items, if they come from the input, or those of a resumed execution."""

    items: list[Json]
    remaining: RemainingItems


class RemainingItem(TypedDict):
    """An item of an object of remaining items: the item, and the number of its jobs that have already run."""

    item: Json
    done: int


class ItemInput(RemainingItem):
    """The input of a child execution."""

    params: NotRequired[Mapping[str, Json]]
    run: NotRequired[Mapping[str, Json]]


class BatchInput(TypedDict):
    """The input of a child execution with a batch: its items, and what all of them share."""

    BatchInput: Mapping[str, Json]
    Items: list[RemainingItem]


class ItemCause(JobListCause, total=False):
    """The cause of a child execution that failed. `done` is the number of jobs that succeeded."""

    item: str
    done: int


class BatchCause(TypedDict, total=False):
    """The cause of a child execution with a batch of which items failed.

    `done` is the number of jobs that have run for each item of the batch, in the order of the input. `items` are the
    failed items; it is empty if they would not fit into a cause.
    """

    batch: int
    failed: int
    done: list[int]
    run: str
    items: list[ItemCause]


MARK = Mark(
    state=FanOutState.RESOLVE_ITEMS,
    variables=(FanOutVariable.REMAINING, FanOutVariable.RESULTS),
    states=(FanOutState.RUN_ITEMS, FanOutState.COUNT_ITEMS),
)


def read_item(cause: Mapping[str, Json]) -> str:
    """Return the name of the item whose child execution failed with this cause; an empty text for other causes."""
    return str(cause.get("item") or "")


def read_counts(outcome: Json) -> dict[str, int]:
    """Return the numbers of items in the output of a parent or in its cause, by name; an empty mapping without them."""
    counts = read_mapping(find_value(outcome, FanOutVariable.COUNTS))
    return {name: int(read_number(value)) for name, value in counts.items()}


def read_failures(outcome: Json) -> list[dict[str, Json]]:
    """Return the first failures in the output of a parent or in its cause, each like an `ItemCause`."""
    return list(read_mappings(find_value(outcome, FanOutVariable.FAILURES)))


def find_item_jobs(definition: Mapping[str, Json]) -> list[str]:
    """Return the names of the jobs that the definition of a parent runs for each item, in order."""
    states, _ = find_item_states(definition, FanOutState.RUN_ITEMS)
    return list(read_strings(find_value(states.get(ItemState.DESCRIBE_ITEM), "Assign", JobListVariable.JOBS)))


def find_item_states(definition: Mapping[str, Json], name: str) -> tuple[dict[str, Json], str]:
    """Return the states that run the jobs of an item in the Map `name`, also within a batch, and the first of them."""
    scope = read_mapping(find_value(definition.get("States"), name, "ItemProcessor"))
    for state in read_mapping(scope.get("States")).values():
        if inner := find_value(state, "ItemProcessor", "States"):  # the Map over the items of a batch
            branches = (find_value(each, "Branches") for each in read_mapping(inner).values())
            scope = next((branch for found in branches for branch in read_mappings(found)), {})
            break
    return read_mapping(scope.get("States")), read_string(scope.get("StartAt"))


def read_batch_items(given: Json) -> list[dict[str, Json]]:
    """Return the items in the input of an execution with a batch, each a `RemainingItem`; none for other inputs."""
    return list(read_mappings(find_value(given, "Items")))


def read_batch_done(cause: Json) -> list[int] | None:
    """Return how many jobs of each item of a batch have run, from the cause of its execution; None for other causes."""
    done = find_value(cause, "done")
    return [int(read_number(each)) for each in done] if isinstance(done, list) else None


def read_batch_failures(cause: Json) -> list[dict[str, Json]]:
    """Return the failed items in the cause of an execution with a batch, each an `ItemCause`; none in other causes."""
    return list(read_mappings(find_value(cause, "items"))) if find_value(cause, "batch") else []
