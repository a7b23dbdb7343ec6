"""The parent of `fan-out`, which runs a chain of jobs for every item of a list by a Map Run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfnorch.aws.map_runs import ItemCounts
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, read_string
from sfnorch.protocol.fan_out import ERROR, MARK, FanOutVariable, read_counts
from sfnorch.protocol.job_list import JobListVariable
from sfnorch.protocol.master_child import ChildVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR
from sfnorch.runs.kinds.kept_run import keep_passed_run, keep_run
from sfnorch.runs.kinds.kind import NEW_RUN, MachineKind, Resumption, explain_end, refuse_running
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record

ITEMS = "items"
"""The name of the items among the parts of a resumed run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedItems:
    """The items of an execution of which some have not succeeded, and where the results of its Map Run are."""

    child: str
    """The name of the child of a master; an empty text for a fan-out that is not a child."""
    execution: str
    """The ARN of the execution."""
    map_run: str
    """The ARN of the Map Run."""
    bucket: str
    """The bucket with its results."""
    results: str
    """The prefix of the objects with its results, without the ID of the Map Run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsResumption(Resumption):
    """A resumption of items of Map Runs. Its input lacks the objects with the remaining items."""

    unfinished: Sequence[UnfinishedItems]
    """The items of the execution, or those of each child of a master that is a fan-out."""


class FanOutKind(MachineKind):
    """A fan-out, of whose child executions only the first failures are read: there can be millions."""

    mark = MARK
    work = "a chain of jobs for every item of a list"

    def explain(self, record: Record) -> str:
        """Return why the execution failed, or which items failed in one that succeeded."""
        outcome = read_outcome(record)
        counts, error = read_outcome_counts(record), read_string(find_value(outcome, "error"))
        if counts is None or not (counts.total or find_value(outcome, "message") is None):
            return super().explain(record)  # the message of a child of a master says why there are no items
        error = "" if error == ERROR else error
        least = "at least " if counts.unread else ""
        words = [f"{least}{counts.failed:,} of {counts.total:,} items failed" if counts.failed else ""]
        words += [f"{counts.pending:,} did not start" if counts.pending else ""]
        return ": ".join(filter(None, (", ".join(filter(None, words)), error)))

    def explain_hidden_failure(self, record: Record) -> str:
        """Return which items failed in an execution that succeeded."""
        return self.explain(record)

    def resume(self, root: Node, parts: Sequence[str] = ()) -> Resumption:
        """Return how a fan-out is resumed: its items that have not succeeded, or everything if no item has started."""
        refuse_running(root)
        record = root.record
        if record.status == "SUCCEEDED" and not self.explain_hidden_failure(record):
            raise SfnorchError("Nothing failed", hint=NEW_RUN)
        if record.error == INVALID_INPUT_ERROR or not isinstance(record.input, dict):
            raise SfnorchError(f"It ended {record.status} before any item started: {explain_end(record)}", hint=NEW_RUN)
        unfinished, kept = find_unfinished_items(root), _keep_start(record)
        if unfinished is None:
            return Resumption(input={**record.input, **kept}, jobs={ITEMS: []}, as_planned="all of them")
        if has_succeeded_items(root):
            raise SfnorchError("All of its items have succeeded: nothing is left to run", hint=NEW_RUN)
        return ItemsResumption(
            input=kept, jobs={ITEMS: []}, as_planned="those that have not succeeded", unfinished=(unfinished,)
        )


FAN_OUT = FanOutKind()


def find_unfinished_items(node: Node, child: str = "") -> UnfinishedItems | None:
    """Return the items of an execution that has ended, with their results; None if no item has started.

    `child` is the name of the child of a master that the execution is of.
    """
    record, counts = node.record, node.items
    bucket, results = (record.variables.get(name) for name in (FanOutVariable.BUCKET, FanOutVariable.RESULTS))
    has_started = bool(record.map_runs) and (counts is None or counts.ended > 0)
    if not has_started or not isinstance(bucket, str) or not isinstance(results, str):
        return None
    return UnfinishedItems(child=child, execution=node.arn, map_run=record.map_runs[-1], bucket=bucket, results=results)


def has_succeeded_items(node: Node) -> bool:
    """Return whether all items of an execution that has ended have succeeded, as far as their numbers are known."""
    return node.items is not None and not node.items.unsuccessful


def _keep_start(record: Record) -> Mapping[str, object]:
    """Return what the input of the next attempt keeps: the run, and the thread of a child of a master."""
    if ChildVariable.CHILD not in record.variables:
        return keep_run(record)
    thread = record.variables.get(FanOutVariable.THREAD)
    return {JobListVariable.THREAD_ID: thread, **keep_passed_run(record)}


def read_outcome(record: Record) -> Json:
    """Return what a fan-out that has ended says of its items; None while it runs, and if it was stopped."""
    if record.reading is not FAN_OUT or record.ended is None:
        return None
    return record.output if record.status == "SUCCEEDED" else dict(record.facts)


def read_outcome_counts(record: Record) -> ItemCounts | None:
    """Return the numbers of items in the outcome of a fan-out; None without them."""
    return convert_counts(read_counts(read_outcome(record)))


def convert_counts(counts: Mapping[str, int]) -> ItemCounts | None:
    """Return the numbers of items in an outcome, in which items that were stopped count as failed."""
    if not counts:
        return None
    return ItemCounts(**{name: counts.get(name, 0) for name in ("total", "pending", "succeeded", "failed", "unread")})
